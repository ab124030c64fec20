// SPDX-License-Identifier: GPL-3.0-or-later
// reg.exe: "load" and "unload", which Wine's lacks; everything else is handed to Wine's (regw.exe) as it
// stands. Wine forgets a hive that is unloaded, so it is saved first.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <wchar.h>

#include "commands.h"

#define LOADED L"C:\\Windows\\System32\\config\\LOADED"

static void enable(const WCHAR *name)
{
    TOKEN_PRIVILEGES privileges = { 1, { { { 0, 0 }, SE_PRIVILEGE_ENABLED } } };
    HANDLE token;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    if (LookupPrivilegeValueW(NULL, name, &privileges.Privileges[0].Luid))
        AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL);
    CloseHandle(token);
}

// The key below its root; NULL for roots into which nothing can be loaded.
static const WCHAR *split(const WCHAR *key, HKEY *root)
{
    if (_wcsnicmp(key, L"HKU\\", 4) == 0) {
        *root = HKEY_USERS;
        return key + 4;
    }
    if (_wcsnicmp(key, L"HKLM\\", 5) == 0) {
        *root = HKEY_LOCAL_MACHINE;
        return key + 5;
    }
    return NULL;
}

static int answer(LONG error)
{
    if (error == ERROR_SUCCESS) {
        printf("The operation completed successfully.\r\n");
        return 0;
    }
    printf("ERROR: %ld\r\n", error);
    return 1;
}

// Which file a loaded key comes from: one hive at a time is all that is ever loaded.
static void remember(const WCHAR *file)
{
    FILE *list = _wfopen(LOADED, L"wb");
    if (!list)
        return;
    fwrite(file, sizeof *file, wcslen(file) + 1, list);
    fclose(list);
}

static int load(const WCHAR *key, const WCHAR *file)
{
    HKEY root;
    const WCHAR *name = split(key, &root);
    if (!name || GetFileAttributesW(file) == INVALID_FILE_ATTRIBUTES)
        return answer(name ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER);
    const LONG error = RegLoadKeyW(root, name, file);
    if (error == ERROR_SUCCESS)
        remember(file);
    return answer(error);
}

static LONG save(HKEY root, const WCHAR *name)
{
    WCHAR file[MAX_PATH] = L"", saved[MAX_PATH + 8];
    HKEY key;
    FILE *list = _wfopen(LOADED, L"rb");
    if (!list)
        return ERROR_NOT_FOUND;
    fread(file, sizeof *file, MAX_PATH - 1, list);
    fclose(list);
    swprintf(saved, MAX_PATH + 8, L"%ls.new", file);
    LONG error = RegOpenKeyExW(root, name, 0, KEY_READ, &key);
    if (error != ERROR_SUCCESS)
        return error;
    DeleteFileW(saved);
    error = RegSaveKeyW(key, saved, NULL);
    RegCloseKey(key);
    if (error == ERROR_SUCCESS && !MoveFileExW(saved, file, MOVEFILE_REPLACE_EXISTING))
        error = GetLastError();
    return error;
}

static int unload(const WCHAR *key)
{
    HKEY root;
    const WCHAR *name = split(key, &root);
    if (!name)
        return answer(ERROR_INVALID_PARAMETER);
    LONG error = save(root, name);
    if (error == ERROR_SUCCESS)
        error = RegUnLoadKeyW(root, name);
    DeleteFileW(LOADED);
    return answer(error);
}

int wmain(int argc, WCHAR **argv)
{
    static WCHAR line[32768];
    DWORD code = 1;
    enable(L"SeRestorePrivilege");
    enable(L"SeBackupPrivilege");
    if (argc == 4 && _wcsicmp(argv[1], L"load") == 0)
        return load(argv[2], argv[3]);
    if (argc == 3 && _wcsicmp(argv[1], L"unload") == 0)
        return unload(argv[2]);
    const WCHAR *rest = GetCommandLineW();
    rest = *rest == L'"' ? wcschr(rest + 1, L'"') + 1 : rest + wcscspn(rest, L" ");
    swprintf(line, 32768, L"C:\\Windows\\System32\\regw.exe%ls", rest);
    return run_command(line, &code) ? 1 : (int)code;
}
