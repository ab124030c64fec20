// SPDX-License-Identifier: GPL-3.0-or-later
// Turning the machine off or restarting it; see shutdown.h.
#include "guest/agent/shutdown.h"

#include <stdio.h>
#include <wchar.h>

#include "guest/agent/process.h"

#define PATIENCE_MS 15000u

// shutdown.exe is the way that is proven in unattended use (`shutdown /s /t 0` [P: Oz]).
static BOOL by_program(bool reboot)
{
    wchar_t directory[MAX_PATH], line[MAX_PATH + 64];
    struct process process;
    DWORD code = 1;
    UINT length = GetSystemDirectoryW(directory, MAX_PATH);

    if (length == 0 || length >= MAX_PATH)
        return FALSE;
    _snwprintf(line, MAX_PATH + 64, L"\"%ls\\shutdown.exe\" %ls /f /t 0", directory, reboot ? L"/r" : L"/s");
    HANDLE nul = process_open(L"NUL", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);
    if (nul == INVALID_HANDLE_VALUE)
        return FALSE;
    const struct process_start start = {
        .line = line,
        .input = nul,
        .output = nul,
        .errors = nul,
        .containment = PROCESS_FREE,
    };
    if (process_start(&start, &process)) {
        if (WaitForSingleObject(process.handle, PATIENCE_MS) == WAIT_TIMEOUT)
            code = 0;
        else
            GetExitCodeProcess(process.handle, &code);
        process_close(&process);
    }
    CloseHandle(nul);
    return code == 0;
}

// LocalSystem has the privilege, but it is not enabled in its token [D].
static BOOL enable_privilege(void)
{
    TOKEN_PRIVILEGES privileges = {
        .PrivilegeCount = 1,
        .Privileges = { { .Attributes = SE_PRIVILEGE_ENABLED } },
    };
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
        return FALSE;
    BOOL done = LookupPrivilegeValueW(NULL, SE_SHUTDOWN_NAME, &privileges.Privileges[0].Luid) &&
                AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL) &&
                GetLastError() == ERROR_SUCCESS;
    CloseHandle(token);
    return done;
}

DWORD shutdown_machine(bool reboot)
{
    const DWORD reason = SHTDN_REASON_MAJOR_APPLICATION | SHTDN_REASON_FLAG_PLANNED;

    if (by_program(reboot))
        return ERROR_SUCCESS;
    if (!enable_privilege())
        return GetLastError();
    if (!InitiateSystemShutdownExW(NULL, NULL, 0, TRUE, reboot, reason))
        return GetLastError();
    return ERROR_SUCCESS;
}
