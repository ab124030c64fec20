// SPDX-License-Identifier: GPL-3.0-or-later
// Copying files from the config disc; see place_files.h.
#include "guest/agent/place_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "guest/agent/path.h"
#include "guest/agent/report.h"
#include "guest/agent/text.h"

#define LIST_SIZE_MAX 65536u
#define PATH_SIZE     400

static DWORD read_list(const wchar_t *folder, char **text)
{
    wchar_t path[PATH_SIZE];
    DWORD count = 0, error = ERROR_SUCCESS;

    *text = NULL;
    _snwprintf(path, PATH_SIZE - 1, L"%ls\\files.txt", folder);
    path[PATH_SIZE - 1] = L'\0';
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        error = GetLastError();
        return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? ERROR_SUCCESS : error;
    }
    *text = calloc(1, LIST_SIZE_MAX + 1);
    if (*text == NULL || !ReadFile(file, *text, LIST_SIZE_MAX, &count, NULL))
        error = *text == NULL ? ERROR_NOT_ENOUGH_MEMORY : GetLastError();
    CloseHandle(file);
    return error;
}

static DWORD place(const wchar_t *folder, int index, wchar_t *target)
{
    wchar_t source[PATH_SIZE];

    _snwprintf(source, PATH_SIZE - 1, L"%ls\\files\\%04d", folder, index);
    source[PATH_SIZE - 1] = L'\0';
    path_make_folders(target);
    if (!CopyFileW(source, target, FALSE))
        return GetLastError();
    // What is on a CD is read-only, and a copy stays so.
    return SetFileAttributesW(target, FILE_ATTRIBUTE_NORMAL) ? ERROR_SUCCESS : GetLastError();
}

static int fail(int index, DWORD error)
{
    report_line("phase=specialize status=failed step=files name=/files/%d exit=%lu", index, error);
    return 1;
}

int place_files(const wchar_t *folder)
{
    char *text;
    DWORD error = read_list(folder, &text);
    int index = 0;

    if (error != ERROR_SUCCESS) {
        free(text);
        return fail(0, error);
    }
    for (char *line = text != NULL ? strtok(text, "\r\n") : NULL; line != NULL; line = strtok(NULL, "\r\n")) {
        wchar_t *target = text_to_wide(line, strlen(line));
        error = target != NULL ? place(folder, index, target) : ERROR_INVALID_NAME;
        free(target);
        if (error != ERROR_SUCCESS)
            break;
        index++;
    }
    free(text);
    if (error != ERROR_SUCCESS)
        return fail(index, error);
    if (index > 0)
        report_line("phase=specialize status=files count=%d", index);
    return 0;
}
