// SPDX-License-Identifier: GPL-3.0-or-later
// LIST and MKDIR; see list_folder.h.
#include "guest/agent/list_folder.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/answer.h"
#include "guest/agent/path.h"
#include "guest/agent/text.h"

static void encode_found(struct transfer *transfer)
{
    const WIN32_FIND_DATAW *found = &transfer->found;
    char *name = text_to_utf8(found->cFileName);

    transfer_encode_info(transfer, name != NULL ? name : "?",
                         transfer_number(found->nFileSizeHigh, found->nFileSizeLow), &found->ftLastWriteTime,
                         found->dwFileAttributes);
    free(name);
}

void list_folder_begin(struct files *files, const struct wire_frame *frame)
{
    WIN32_FILE_ATTRIBUTE_DATA own;
    wchar_t *path;
    struct transfer *transfer = transfer_begin(files, frame, &path);

    if (transfer == NULL)
        return;
    if (!GetFileAttributesExW(path, GetFileExInfoStandard, &own)) {
        transfer_fail_windows(files, transfer, GetLastError());
    } else {
        transfer_encode_info(transfer, "", transfer_number(own.nFileSizeHigh, own.nFileSizeLow),
                             &own.ftLastWriteTime, own.dwFileAttributes);
        const size_t size = wcslen(path) + 3;
        wchar_t *pattern = calloc(size, sizeof *pattern);
        DWORD error = ERROR_SUCCESS;
        if (pattern != NULL && (own.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
            _snwprintf(pattern, size, L"%ls\\*", path);
            transfer->search = FindFirstFileW(pattern, &transfer->found);
            error = transfer->search == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
        }
        free(pattern);
        if (error != ERROR_SUCCESS && error != ERROR_FILE_NOT_FOUND) // an empty root has no "."
            transfer_fail_windows(files, transfer, error);
    }
    free(path);
}

static bool is_dots(const wchar_t *name)
{
    return wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0;
}

bool list_folder_next(struct files *files, struct transfer *transfer)
{
    while (transfer->search != INVALID_HANDLE_VALUE) {
        const bool counts = !is_dots(transfer->found.cFileName);
        if (counts)
            encode_found(transfer);
        if (!FindNextFileW(transfer->search, &transfer->found)) {
            FindClose(transfer->search);
            transfer->search = INVALID_HANDLE_VALUE;
        }
        if (counts)
            return true;
    }
    answer_ok(files->outbox, transfer->id);
    transfer_end(files, transfer);
    return false;
}

void list_folder_make(struct files *files, const struct wire_frame *frame)
{
    wchar_t *path;
    struct transfer *transfer = transfer_begin(files, frame, &path);

    if (transfer == NULL)
        return;
    path_make_folders(path);
    DWORD error = CreateDirectoryW(path, NULL) ? ERROR_SUCCESS : GetLastError();
    DWORD attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        transfer_fail_windows(files, transfer, error);
    } else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        transfer_fail(files, transfer, "not-folder", "that is a file");
    } else {
        answer_ok(files->outbox, transfer->id);
        transfer_end(files, transfer);
    }
    free(path);
}
