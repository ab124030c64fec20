// SPDX-License-Identifier: GPL-3.0-or-later
// The Windows service "sevend-agent"; see service.h.
#include "guest/agent/service.h"

#include <stdio.h>
#include <windows.h>

#include "guest/agent/resume.h"
#include "guest/agent/session.h"

#define STOP_HINT_MS   10000u
#define RESTART_MS     5000u
#define CONNECT_MS     180000u
#define FAILURES_RESET 86400u // seconds

static wchar_t name[] = L"sevend-agent";

static struct {
    SERVICE_STATUS_HANDLE handle;
    HANDLE stop;
} service;

static void tell(DWORD state, DWORD exit_code)
{
    SERVICE_STATUS status = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = state,
        .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0,
        .dwWin32ExitCode = exit_code,
        .dwWaitHint = state == SERVICE_STOP_PENDING ? STOP_HINT_MS : 0,
    };

    SetServiceStatus(service.handle, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD event, void *data, void *context)
{
    (void)event, (void)data, (void)context;
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        tell(SERVICE_STOP_PENDING, NO_ERROR);
        SetEvent(service.stop);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI service_main(DWORD argc, wchar_t **argv)
{
    (void)argc, (void)argv;
    service.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    service.handle = RegisterServiceCtrlHandlerExW(name, on_control, NULL);
    if (service.handle == NULL || service.stop == NULL)
        return;
    tell(SERVICE_RUNNING, NO_ERROR);
    resume_first_logon(service.stop);
    DWORD error = session_run(NULL, service.stop);
    tell(SERVICE_STOPPED, error);
}

int service_run(void)
{
    SERVICE_TABLE_ENTRYW table[] = { { name, service_main }, { NULL, NULL } };

    return StartServiceCtrlDispatcherW(table) ? 0 : (int)GetLastError();
}

// The service restarts when it crashes; systems that do not know the setting (Wine) do without.
static void restart_on_failure(SC_HANDLE handle)
{
    SC_ACTION restart = { .Type = SC_ACTION_RESTART, .Delay = RESTART_MS };
    SERVICE_FAILURE_ACTIONSW actions = {
        .dwResetPeriod = FAILURES_RESET,
        .cActions = 1,
        .lpsaActions = &restart,
    };

    ChangeServiceConfig2W(handle, SERVICE_CONFIG_FAILURE_ACTIONS, &actions);
}

static SC_HANDLE create(SC_HANDLE manager, const wchar_t *command)
{
    SC_HANDLE handle =
        CreateServiceW(manager, name, L"sevend agent", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                       SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);

    if (handle != NULL || GetLastError() != ERROR_SERVICE_EXISTS)
        return handle;
    handle = OpenServiceW(manager, name, SERVICE_ALL_ACCESS);
    if (handle != NULL &&
        !ChangeServiceConfigW(handle, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                              command, NULL, NULL, NULL, NULL, NULL, NULL)) {
        DWORD error = GetLastError();
        CloseServiceHandle(handle);
        SetLastError(error);
        return NULL;
    }
    return handle;
}

// The service control manager gives up on a service that has not come within 30 s, and the next boot is the
// next time that it tries [D: Event 7009, Basic Service Operations]. A machine that boots beside a dozen
// others on an emulated processor needs longer. Counts from the next boot on; without it all works, only less
// surely.
static void allow_slow_start(void)
{
    HKEY key = NULL;
    DWORD now = 0, size = sizeof now;
    const DWORD wanted = CONNECT_MS;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control", 0,
                      KEY_QUERY_VALUE | KEY_SET_VALUE, &key) != ERROR_SUCCESS)
        return;
    RegQueryValueExW(key, L"ServicesPipeTimeout", NULL, NULL, (BYTE *)&now, &size);
    if (now < wanted)
        RegSetValueExW(key, L"ServicesPipeTimeout", 0, REG_DWORD, (const BYTE *)&wanted, sizeof wanted);
    RegCloseKey(key);
}

int service_install(void)
{
    wchar_t path[MAX_PATH], command[MAX_PATH + 32];
    DWORD length = GetModuleFileNameW(NULL, path, MAX_PATH);

    if (length == 0 || length >= MAX_PATH)
        return ERROR_BUFFER_OVERFLOW;
    _snwprintf(command, MAX_PATH + 32, L"\"%ls\" --service", path);
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    if (manager == NULL)
        return (int)GetLastError();
    SC_HANDLE handle = create(manager, command);
    int error = handle == NULL ? (int)GetLastError() : 0;
    if (handle != NULL) {
        restart_on_failure(handle);
        allow_slow_start();
        if (!StartServiceW(handle, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
            fprintf(stderr, "sevend-agent: installed, but not started: Windows error %lu\n", GetLastError());
        CloseServiceHandle(handle);
    }
    CloseServiceHandle(manager);
    return error;
}
