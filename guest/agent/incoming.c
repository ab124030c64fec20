// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/incoming.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/machine.h"
#include "guest/agent/path.h"

// "C:\folder\~sevend-1A2B3C4D.part" beside "C:\folder\name".
static wchar_t *part_of(const wchar_t *path, uint32_t id)
{
    const size_t folder = (size_t)(wcsrchr(path, L'\\') + 1 - path);
    wchar_t *part = calloc(folder + 32, sizeof *part);

    if (part != NULL)
        _snwprintf(part, folder + 31, L"%.*ls~sevend-%08X.part", (int)folder, path, id);
    return part;
}

static DWORD write_note(const struct incoming *incoming)
{
    DWORD count, length = (DWORD)(wcslen(incoming->part) * sizeof(wchar_t));
    HANDLE note =
        CreateFileW(incoming->note, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_WRITE_THROUGH, NULL);

    if (note == INVALID_HANDLE_VALUE)
        return GetLastError();
    DWORD error = WriteFile(note, incoming->part, length, &count, NULL) ? ERROR_SUCCESS : GetLastError();
    CloseHandle(note);
    return error;
}

// So that a full disk is found before the work is done.
static DWORD reserve(HANDLE file, uint64_t size)
{
    LARGE_INTEGER end = { .QuadPart = (LONGLONG)size }, start = { .QuadPart = 0 };

    return SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file) &&
                   SetFilePointerEx(file, start, NULL, FILE_BEGIN)
               ? ERROR_SUCCESS
               : GetLastError();
}

DWORD incoming_begin(struct incoming *incoming, uint32_t id, wchar_t *path, uint64_t size)
{
    wchar_t name[32];
    DWORD attributes = GetFileAttributesW(path);

    *incoming = (struct incoming){ .file = INVALID_HANDLE_VALUE, .path = path, .part = part_of(path, id) };
    if (incoming->part == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (path[wcslen(path) - 1] == L'\\' ||
        (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY)))
        return ERROR_DIRECTORY;
    path_make_folders(path);
    _snwprintf(name, 32, L"incoming-%08X.txt", id);
    machine_file(name, incoming->note);
    DWORD error = write_note(incoming);
    if (error != ERROR_SUCCESS)
        return error;
    incoming->file =
        CreateFileW(incoming->part, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    return incoming->file != INVALID_HANDLE_VALUE ? reserve(incoming->file, size) : GetLastError();
}

DWORD incoming_write(struct incoming *incoming, const void *bytes, DWORD length)
{
    DWORD count;

    return WriteFile(incoming->file, bytes, length, &count, NULL) && count == length ? ERROR_SUCCESS
                                                                                     : GetLastError();
}

DWORD incoming_commit(struct incoming *incoming, const FILETIME *modified)
{
    DWORD error = ERROR_SUCCESS;

    if (!FlushFileBuffers(incoming->file) ||
        (modified != NULL && !SetFileTime(incoming->file, NULL, NULL, modified)))
        error = GetLastError();
    CloseHandle(incoming->file);
    incoming->file = INVALID_HANDLE_VALUE;
    if (error != ERROR_SUCCESS)
        return error;
    if (!MoveFileExW(incoming->part, incoming->path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        return GetLastError();
    DeleteFileW(incoming->note);
    incoming->note[0] = L'\0';
    return ERROR_SUCCESS;
}

void incoming_free(struct incoming *incoming)
{
    if (incoming->file != INVALID_HANDLE_VALUE)
        CloseHandle(incoming->file);
    if (incoming->note[0] != L'\0') {
        DeleteFileW(incoming->part);
        DeleteFileW(incoming->note);
    }
    free(incoming->path);
    free(incoming->part);
    *incoming = (struct incoming){ .file = INVALID_HANDLE_VALUE };
}

static void clean_up(const wchar_t *note)
{
    wchar_t path[MACHINE_PATH_MAX], part[32768] = { 0 };
    DWORD count;

    machine_file(note, path);
    HANDLE file = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return;
    // Only what this program names so is removed, whatever a note says.
    if (ReadFile(file, part, sizeof part - sizeof part[0], &count, NULL) &&
        wcsstr(part, L"\\~sevend-") != NULL)
        DeleteFileW(part);
    CloseHandle(file);
    DeleteFileW(path);
}

void incoming_clean_up(void)
{
    wchar_t pattern[MACHINE_PATH_MAX];
    WIN32_FIND_DATAW found;

    machine_file(L"incoming-*.txt", pattern);
    HANDLE search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do
        clean_up(found.cFileName);
    while (FindNextFileW(search, &found));
    FindClose(search);
}
