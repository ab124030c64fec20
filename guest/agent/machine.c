// SPDX-License-Identifier: GPL-3.0-or-later
// Facts about this machine; see machine.h.
#include "guest/agent/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

void machine_file(const wchar_t *name, wchar_t *path)
{
    wchar_t drive[8];
    DWORD length = GetEnvironmentVariableW(L"SystemDrive", drive, 8);

    if (length == 0 || length >= 8)
        wcscpy(drive, L"C:");
    _snwprintf(path, MACHINE_PATH_MAX - 1, L"%ls\\sevend\\%ls", drive, name);
    path[MACHINE_PATH_MAX - 1] = L'\0';
}

// Reads the first word of a small file; false when there is none.
static bool read_word(const wchar_t *name, char *word, size_t size)
{
    wchar_t path[MACHINE_PATH_MAX];
    char bytes[128];
    DWORD count = 0;

    machine_file(name, path);
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                              NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    BOOL read = ReadFile(file, bytes, sizeof bytes - 1, &count, NULL);
    CloseHandle(file);
    if (!read)
        return false;
    bytes[count] = '\0';
    char *start = bytes + strspn(bytes, " \t\r\n");
    size_t length = strcspn(start, " \t\r\n");
    if (length == 0 || length >= size)
        return false;
    memcpy(word, start, length);
    word[length] = '\0';
    return true;
}

bool machine_is_nonce(const char *text)
{
    return strlen(text) == MACHINE_NONCE_LENGTH &&
           strspn(text, "0123456789abcdefABCDEF") == MACHINE_NONCE_LENGTH;
}

bool machine_nonce(char nonce[MACHINE_NONCE_LENGTH + 1])
{
    if (read_word(L"nonce.txt", nonce, MACHINE_NONCE_LENGTH + 1) && machine_is_nonce(nonce))
        return true;
    nonce[0] = '\0';
    return false;
}

const char *machine_first_logon(void)
{
    static const char *const states[] = { "running", "done", "failed" };
    char word[16];

    if (read_word(L"first-logon.state", word, sizeof word))
        for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
            if (strcmp(word, states[i]) == 0)
                return states[i];
    return "none";
}

static bool write_word(const wchar_t *name, const char *word)
{
    wchar_t path[MACHINE_PATH_MAX];
    DWORD count;

    machine_file(name, path);
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    const BOOL written = WriteFile(file, word, (DWORD)strlen(word), &count, NULL) && FlushFileBuffers(file);
    CloseHandle(file);
    return written && count == strlen(word);
}

void machine_set_first_logon(const char *state)
{
    write_word(L"first-logon.state", state);
}

int machine_first_logon_position(void)
{
    char word[16];

    if (!read_word(L"first-logon.next", word, sizeof word) || strspn(word, "0123456789") != strlen(word))
        return -1;
    return atoi(word);
}

bool machine_set_first_logon_position(int done)
{
    wchar_t path[MACHINE_PATH_MAX];
    char word[16];

    machine_file(L"first-logon.next", path);
    if (done < 0)
        return DeleteFileW(path) || GetLastError() == ERROR_FILE_NOT_FOUND;
    _snprintf(word, sizeof word, "%d", done);
    return write_word(L"first-logon.next", word);
}

void machine_os_version(char *text, size_t size)
{
    OSVERSIONINFOW version = { .dwOSVersionInfoSize = sizeof version };

    GetVersionExW(&version);
    _snprintf(text, size - 1, "%lu.%lu.%lu", version.dwMajorVersion, version.dwMinorVersion,
              version.dwBuildNumber);
    text[size - 1] = '\0';
}

void machine_computer_name(char *text, size_t size)
{
    wchar_t wide[256];
    DWORD length = 256;

    text[0] = '\0';
    if (!GetComputerNameExW(ComputerNameDnsHostname, wide, &length))
        return;
    if (WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, (int)size, NULL, NULL) == 0)
        text[0] = '\0';
}

const char *machine_architecture(void)
{
    SYSTEM_INFO info;

    GetNativeSystemInfo(&info);
    return info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64 ? "amd64" : "x86";
}
