// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/take_file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "guest/agent/file_error.h"
#include "guest/agent/incoming.h"
#include "guest/agent/path.h"
#include "guest/agent/sha256.h"

#define DISC_PATIENCE_MS 60000u
#define POLL_MS          500u
#define PIECE            262144u

// The drive is not known: discs come and go, and letters may have been given anew.
static HANDLE find_on_disc(const wchar_t *id)
{
    wchar_t path[128];

    for (wchar_t letter = L'C'; letter <= L'Z'; letter++) {
        _snwprintf(path, 128, L"%lc:\\sevend\\%ls.bin", letter, id);
        HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                                  FILE_FLAG_SEQUENTIAL_SCAN, NULL);
        if (file != INVALID_HANDLE_VALUE)
            return file;
    }
    return INVALID_HANDLE_VALUE;
}

static HANDLE wait_for_disc(const wchar_t *id)
{
    ULONGLONG until = GetTickCount64() + DISC_PATIENCE_MS;
    HANDLE file;

    // An empty drive is no reason for a message box.
    SetErrorMode(SEM_FAILCRITICALERRORS);
    while ((file = find_on_disc(id)) == INVALID_HANDLE_VALUE && GetTickCount64() < until)
        Sleep(POLL_MS);
    return file;
}

// @left bytes: what stands behind them on the disc is padding.
static DWORD copy(HANDLE source, struct incoming *incoming, const struct sha256 *sha256, uint64_t left)
{
    DWORD error = ERROR_SUCCESS, count = 0;
    uint8_t *piece = malloc(PIECE);

    if (piece == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    while (left > 0 && error == ERROR_SUCCESS) {
        DWORD most = left < PIECE ? (DWORD)left : PIECE;
        if (!ReadFile(source, piece, most, &count, NULL)) {
            error = GetLastError();
        } else if (count == 0) {
            error = ERROR_HANDLE_EOF;
        } else {
            sha256_add(sha256, piece, count);
            error = incoming_write(incoming, piece, count);
            left -= count;
        }
    }
    free(piece);
    return error;
}

static bool is_digest(const struct sha256 *sha256, const wchar_t *wanted)
{
    uint8_t digest[SHA256_SIZE];
    wchar_t text[SHA256_SIZE * 2 + 1];

    if (!sha256_end(sha256, digest))
        return false;
    for (size_t i = 0; i < SHA256_SIZE; i++)
        _snwprintf(text + i * 2, 3, L"%02x", digest[i]);
    return _wcsicmp(text, wanted) == 0;
}

static DWORD take(const struct take_file *request, HANDLE source, struct incoming *incoming)
{
    uint64_t size = _wcstoui64(request->size, NULL, 10);
    ULARGE_INTEGER time = { .QuadPart = _wcstoui64(request->modified, NULL, 10) };
    FILETIME modified = { time.LowPart, time.HighPart };
    struct sha256 sha256 = { 0 };
    wchar_t *path = _wcsdup(request->path);

    if (path == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    DWORD error = incoming_begin(incoming, GetCurrentProcessId(), path, size);
    if (error == ERROR_SUCCESS && !sha256_begin(&sha256))
        error = GetLastError();
    if (error == ERROR_SUCCESS)
        error = copy(source, incoming, &sha256, size);
    if (error == ERROR_SUCCESS && !is_digest(&sha256, request->sha256))
        error = ERROR_CRC;
    sha256_free(&sha256);
    return error == ERROR_SUCCESS ? incoming_commit(incoming, &modified) : error;
}

int take_file(const struct take_file *request)
{
    char text[FILE_ERROR_TEXT];
    struct incoming incoming = { .file = INVALID_HANDLE_VALUE };
    DWORD error = ERROR_INVALID_NAME;

    if (path_is_absolute(request->path)) {
        HANDLE source = wait_for_disc(request->id);
        error = source != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : ERROR_NOT_READY;
        if (error == ERROR_SUCCESS) {
            error = take(request, source, &incoming);
            CloseHandle(source);
        }
    }
    incoming_free(&incoming);
    file_error_describe(error, text);
    if (error == ERROR_NOT_READY)
        fprintf(stderr, "the disc with the file was not seen in any drive\n");
    else if (error == ERROR_CRC)
        fprintf(stderr, "what was read from the disc has another hash\n");
    else if (error != ERROR_SUCCESS)
        fprintf(stderr, "%s\n", text);
    return (int)error;
}
