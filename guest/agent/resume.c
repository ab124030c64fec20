// SPDX-License-Identifier: GPL-3.0-or-later
// The user's token is taken from the shell: it is there when the user is, on every edition; see resume.h.
#include "guest/agent/resume.h"

#include <stdio.h>
#include <tlhelp32.h>
#include <wchar.h>

#include "guest/agent/machine.h"
#include "guest/agent/report.h"

#define POLL_MS 1000u
// The desktop is still being made when the shell starts.
#define SETTLE_MS 3000u

// %SystemRoot%\explorer.exe, and no other program of that name.
static BOOL is_shell(DWORD process_id)
{
    wchar_t path[MAX_PATH], shell[MAX_PATH + 16];
    DWORD length = MAX_PATH;
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, process_id);

    if (process == NULL)
        return FALSE;
    BOOL found = QueryFullProcessImageNameW(process, 0, path, &length);
    CloseHandle(process);
    if (!found || GetWindowsDirectoryW(shell, MAX_PATH) == 0)
        return FALSE;
    wcscat(shell, L"\\explorer.exe");
    return _wcsicmp(path, shell) == 0;
}

static DWORD find_shell(void)
{
    PROCESSENTRY32W entry = { .dwSize = sizeof entry };
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    DWORD found = 0;

    if (snapshot == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL more = Process32FirstW(snapshot, &entry); more && found == 0;
         more = Process32NextW(snapshot, &entry))
        if (_wcsicmp(entry.szExeFile, L"explorer.exe") == 0 && is_shell(entry.th32ProcessID))
            found = entry.th32ProcessID;
    CloseHandle(snapshot);
    return found;
}

static HANDLE token_of(DWORD process_id)
{
    HANDLE token = NULL;
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, process_id);

    if (process == NULL)
        return NULL;
    if (!OpenProcessToken(process, TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY, &token))
        token = NULL;
    CloseHandle(process);
    return token;
}

// An administrator's shell runs with a limited token, which is linked to the full one; whoever has
// SE_TCB_NAME, as LocalSystem has, gets that as a primary token [D].
static HANDLE elevated(HANDLE token)
{
    TOKEN_ELEVATION_TYPE type = TokenElevationTypeDefault;
    TOKEN_LINKED_TOKEN linked = { NULL };
    DWORD length;

    if (!GetTokenInformation(token, TokenElevationType, &type, sizeof type, &length) ||
        type != TokenElevationTypeLimited ||
        !GetTokenInformation(token, TokenLinkedToken, &linked, sizeof linked, &length) ||
        linked.LinkedToken == NULL)
        return token;
    CloseHandle(token);
    return linked.LinkedToken;
}

typedef void (*any_function)(void); // the one type that the compiler lets be cast to any other
typedef BOOL(WINAPI *create_block)(LPVOID *, HANDLE, BOOL);
typedef BOOL(WINAPI *destroy_block)(LPVOID);

// userenv.dll is loaded by hand: WinPE, in which this program also runs, may be without it.
static BOOL start_as(HANDLE token, wchar_t *line, PROCESS_INFORMATION *process)
{
    wchar_t desktop[] = L"winsta0\\default";
    STARTUPINFOW startup = { .cb = sizeof startup, .lpDesktop = desktop };
    HMODULE userenv = LoadLibraryW(L"userenv.dll");
    create_block create =
        userenv ? (create_block)(any_function)GetProcAddress(userenv, "CreateEnvironmentBlock") : NULL;
    destroy_block destroy =
        userenv ? (destroy_block)(any_function)GetProcAddress(userenv, "DestroyEnvironmentBlock") : NULL;
    void *environment = NULL;

    if (create == NULL || !create(&environment, token, FALSE))
        environment = NULL;
    BOOL started = CreateProcessAsUserW(token, NULL, line, NULL, NULL, FALSE,
                                        CREATE_NO_WINDOW | (environment ? CREATE_UNICODE_ENVIRONMENT : 0),
                                        environment, NULL, &startup, process);
    DWORD error = GetLastError();
    if (environment != NULL && destroy != NULL)
        destroy(environment);
    if (userenv != NULL)
        FreeLibrary(userenv);
    SetLastError(error);
    return started;
}

static DWORD start_script(DWORD shell)
{
    wchar_t script[MACHINE_PATH_MAX], line[MACHINE_PATH_MAX + 32];
    PROCESS_INFORMATION process;
    HANDLE token = token_of(shell);
    DWORD error = GetLastError();

    if (token == NULL)
        return error;
    token = elevated(token);
    machine_file(L"first-logon.cmd", script);
    _snwprintf(line, MACHINE_PATH_MAX + 32, L"cmd.exe /c \"%ls\"", script);
    error = ERROR_SUCCESS;
    if (start_as(token, line, &process)) {
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    } else {
        error = GetLastError();
    }
    CloseHandle(token);
    return error;
}

static DWORD WINAPI wait_for_shell(void *stop)
{
    DWORD shell;

    while ((shell = find_shell()) == 0)
        if (WaitForSingleObject(stop, POLL_MS) != WAIT_TIMEOUT)
            return 0;
    if (WaitForSingleObject(stop, SETTLE_MS) != WAIT_TIMEOUT)
        return 0;
    DWORD error = start_script(shell);
    if (error != ERROR_SUCCESS) {
        machine_set_first_logon("failed");
        report_line("phase=first-logon status=failed index=%d exit=%lu name=/first_logon",
                    machine_first_logon_position(), error);
    }
    return 0;
}

void resume_first_logon(HANDLE stop)
{
    if (machine_first_logon_position() < 0)
        return;
    HANDLE thread = CreateThread(NULL, 0, wait_for_shell, stop, 0, NULL);
    if (thread != NULL)
        CloseHandle(thread);
}
