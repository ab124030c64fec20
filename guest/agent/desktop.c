// SPDX-License-Identifier: GPL-3.0-or-later
// The user's token is taken from the shell: it is there when the user is, on every edition; see desktop.h.
#include "guest/agent/desktop.h"

#include <stdlib.h>
#include <tlhelp32.h>

#include "guest/agent/environment.h"

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

HANDLE desktop_user(void)
{
    DWORD shell = find_shell();

    if (shell == 0) {
        SetLastError(ERROR_NOT_LOGGED_ON);
        return NULL;
    }
    HANDLE token = token_of(shell);
    return token != NULL ? elevated(token) : NULL;
}

typedef void (*any_function)(void); // the one type that the compiler lets be cast to any other
typedef BOOL(WINAPI *create_block)(LPVOID *, HANDLE, BOOL);
typedef BOOL(WINAPI *destroy_block)(LPVOID);

// userenv.dll is loaded by hand: WinPE, in which this program also runs, may be without it.
wchar_t *desktop_environment(HANDLE user)
{
    HMODULE userenv = LoadLibraryW(L"userenv.dll");
    create_block create =
        userenv ? (create_block)(any_function)GetProcAddress(userenv, "CreateEnvironmentBlock") : NULL;
    destroy_block destroy =
        userenv ? (destroy_block)(any_function)GetProcAddress(userenv, "DestroyEnvironmentBlock") : NULL;
    void *block = NULL;
    wchar_t *copy = NULL;

    if (create != NULL && destroy != NULL && create(&block, user, FALSE)) {
        copy = environment_merge(block, NULL, 0);
        destroy(block);
    }
    if (userenv != NULL)
        FreeLibrary(userenv);
    return copy;
}
