// SPDX-License-Identifier: GPL-3.0-or-later
// See file_error.h.
#include "guest/agent/file_error.h"

#include <stdio.h>

static const struct {
    DWORD error;
    const char *code, *message;
} known_errors[] = {
    { ERROR_FILE_NOT_FOUND, "not-found", "there is no such file" },
    { ERROR_PATH_NOT_FOUND, "not-found", "there is no such folder" },
    { ERROR_INVALID_DRIVE, "not-found", "there is no such drive" },
    { ERROR_NOT_READY, "not-found", "the drive is empty" },
    { ERROR_ACCESS_DENIED, "denied", "Windows denies access" },
    { ERROR_SHARING_VIOLATION, "denied", "a program has the file open and shares it with nobody" },
    { ERROR_DISK_FULL, "disk-full", "the machine's disk has not enough room" },
    { ERROR_HANDLE_DISK_FULL, "disk-full", "the machine's disk has not enough room" },
    { ERROR_WRITE_PROTECT, "denied", "the drive cannot be written" },
    { ERROR_DIRECTORY, "is-folder", "that is a folder" },
    { ERROR_INVALID_NAME, "bad-request", "Windows knows no such names" },
    { ERROR_FILENAME_EXCED_RANGE, "bad-request", "the path is too long" },
};

const char *file_error_describe(DWORD error, char text[FILE_ERROR_TEXT])
{
    for (size_t i = 0; i < sizeof known_errors / sizeof known_errors[0]; i++) {
        if (known_errors[i].error != error)
            continue;
        _snprintf(text, FILE_ERROR_TEXT, "%s", known_errors[i].message);
        return known_errors[i].code;
    }
    _snprintf(text, FILE_ERROR_TEXT, "Windows error %lu", error);
    return "failed";
}
