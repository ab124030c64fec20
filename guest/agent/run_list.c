// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of the first logon; see run_list.h.
#include "guest/agent/run_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "guest/agent/machine.h"
#include "guest/agent/process.h"
#include "guest/agent/report.h"
#include "guest/agent/text.h"

#define LIST_SIZE_MAX 1048576u
// cmd.exe takes at most 8191 characters [D]; some go to what stands before the command.
#define COMMAND_MAX 8000u

enum { EXIT_NOT_STARTED = 9009 }; // what cmd.exe answers for a command it cannot find

static const wchar_t before[] = L"cmd.exe /d /s /c \"";

// Reads the whole file into *bytes, to free(). A file that does not exist is an empty list. FALSE with
// GetLastError() when it cannot be read or is too large.
static BOOL read_list(const wchar_t *path, char **bytes, size_t *length)
{
    LARGE_INTEGER size;
    DWORD count = 0, error;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

    *bytes = NULL;
    *length = 0;
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_FILE_NOT_FOUND || GetLastError() == ERROR_PATH_NOT_FOUND;
    BOOL read = GetFileSizeEx(file, &size);
    if (read && size.QuadPart > LIST_SIZE_MAX) {
        SetLastError(ERROR_FILE_TOO_LARGE);
        read = FALSE;
    }
    if (read) {
        *bytes = malloc((size_t)size.QuadPart + 1);
        read = *bytes != NULL && ReadFile(file, *bytes, (DWORD)size.QuadPart, &count, NULL);
    }
    error = GetLastError();
    CloseHandle(file);
    SetLastError(error);
    *length = count;
    return read;
}

// Steps over the next line that is not empty; false at the end. The line is not NUL-terminated.
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
    while (*at < end) {
        const char *stop = memchr(*at, '\n', (size_t)(end - *at));
        *line = *at;
        *length = (size_t)((stop == NULL ? end : stop) - *at);
        *at = stop == NULL ? end : stop + 1;
        while (*length > 0 && strchr(" \t\r", (*line)[*length - 1]) != NULL)
            --*length;
        if (*length > 0)
            return true;
    }
    return false;
}

static HANDLE open_inheritable(const wchar_t *path, DWORD access, DWORD disposition)
{
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof inherit, .bInheritHandle = TRUE };

    return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit, disposition, 0, NULL);
}

static DWORD run(const char *line, size_t length, HANDLE input, HANDLE output)
{
    struct process process;
    DWORD code = EXIT_NOT_STARTED;
    wchar_t *command = length <= COMMAND_MAX ? text_to_wide(line, length) : NULL;
    wchar_t *whole = malloc((COMMAND_MAX + 64) * sizeof *whole);

    if (command != NULL && whole != NULL) {
        wcscpy(whole, before);
        wcscat(whole, command);
        wcscat(whole, L"\"");
        if (process_start(whole, NULL, input, output, output, PROCESS_FREE, &process)) {
            WaitForSingleObject(process.handle, INFINITE);
            GetExitCodeProcess(process.handle, &code);
            process_close(&process);
        }
    }
    free(whole);
    free(command);
    return code;
}

static int run_lines(const char *start, const char *end, HANDLE input, HANDLE output)
{
    const char *at = start, *line;
    size_t length;
    int index = 0, count = 0;

    while (next_line(&at, end, &line, &length))
        count++;
    machine_set_first_logon("running");
    report_line("phase=first-logon status=begin commands=%d", count);
    at = start;
    while (next_line(&at, end, &line, &length)) {
        DWORD code = run(line, length, input, output);
        index++;
        report_line("phase=first-logon status=command index=%d exit=%ld", index, (long)code);
        if (code != 0) {
            machine_set_first_logon("failed");
            report_line("phase=first-logon status=failed index=%d exit=%ld", index, (long)code);
            return 1;
        }
    }
    machine_set_first_logon("done");
    report_line("phase=first-logon status=done");
    return 0;
}

int run_list(const wchar_t *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    wchar_t log_path[MACHINE_PATH_MAX];
    size_t length;
    char *bytes;

    if (!read_list(file, &bytes, &length)) {
        machine_set_first_logon("failed");
        report_line("phase=first-logon status=failed index=0 exit=%ld", (long)GetLastError());
        free(bytes);
        return 1;
    }
    const char *start = bytes == NULL ? "" : bytes;
    const char *end = start + length;
    if (length >= 3 && memcmp(start, mark, 3) == 0)
        start += 3;
    machine_file(L"first-logon.log", log_path);
    HANDLE input = open_inheritable(L"NUL", GENERIC_READ, OPEN_EXISTING);
    HANDLE output = open_inheritable(log_path, FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS);
    if (output == INVALID_HANDLE_VALUE)
        output = open_inheritable(L"NUL", GENERIC_WRITE, OPEN_EXISTING);
    int result = run_lines(start, end, input, output);
    CloseHandle(output);
    CloseHandle(input);
    free(bytes);
    return result;
}
