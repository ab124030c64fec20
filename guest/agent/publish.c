// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/publish.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "guest/agent/file_error.h"
#include "guest/agent/path.h"
#include "guest/agent/sha256.h"

#define PIECE 262144u
#define SHARE (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

// FlushFileBuffers() of a volume writes all its files and its metadata [D]; it wants a handle that may write,
// which an administrator gets. Systems without such handles (Wine) have the file's own.
static void flush(const wchar_t *path)
{
    wchar_t volume[] = L"\\\\.\\C:";
    volume[4] = path[0];
    const wchar_t *const names[] = { path, volume };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        HANDLE handle =
            CreateFileW(names[i], GENERIC_READ | GENERIC_WRITE, SHARE, NULL, OPEN_EXISTING, 0, NULL);
        if (handle == INVALID_HANDLE_VALUE)
            continue;
        FlushFileBuffers(handle);
        CloseHandle(handle);
    }
}

static DWORD hash(HANDLE file, const struct sha256 *sha256)
{
    uint8_t *piece = malloc(PIECE);
    DWORD count = 0, error = ERROR_NOT_ENOUGH_MEMORY;

    if (piece == NULL)
        return error;
    do {
        error = ReadFile(file, piece, PIECE, &count, NULL) ? ERROR_SUCCESS : GetLastError();
        if (error == ERROR_SUCCESS)
            sha256_add(sha256, piece, count);
    } while (error == ERROR_SUCCESS && count > 0);
    free(piece);
    return error;
}

static DWORD print(HANDLE file)
{
    uint8_t digest[SHA256_SIZE];
    struct sha256 sha256 = { 0 };
    LARGE_INTEGER size;
    FILETIME time;

    if (!GetFileSizeEx(file, &size) || !GetFileTime(file, NULL, NULL, &time) || !sha256_begin(&sha256))
        return GetLastError();
    DWORD error = hash(file, &sha256);
    if (error == ERROR_SUCCESS && !sha256_end(&sha256, digest))
        error = GetLastError();
    sha256_free(&sha256);
    if (error != ERROR_SUCCESS)
        return error;
    ULARGE_INTEGER modified = { .LowPart = time.dwLowDateTime, .HighPart = time.dwHighDateTime };
    for (size_t i = 0; i < SHA256_SIZE; i++)
        printf("%02x", digest[i]);
    char size_text[24], time_text[24]; // msvcrt's printf() and the compiler disagree on how 64 bits are named
    _ui64toa((uint64_t)size.QuadPart, size_text, 10);
    _ui64toa(modified.QuadPart, time_text, 10);
    printf(" %s %s\n", size_text, time_text);
    return ERROR_SUCCESS;
}

int publish_file(wchar_t *path)
{
    char text[FILE_ERROR_TEXT];
    DWORD error = ERROR_INVALID_NAME;

    if (path_is_absolute(path)) {
        flush(path);
        HANDLE file =
            CreateFileW(path, GENERIC_READ, SHARE, NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
        error = file != INVALID_HANDLE_VALUE ? print(file) : GetLastError();
        if (file != INVALID_HANDLE_VALUE)
            CloseHandle(file);
    }
    if (error != ERROR_SUCCESS) {
        file_error_describe(error, text);
        fprintf(stderr, "%s\n", text);
    }
    return (int)error;
}
