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
#include "guest/agent/shutdown.h"
#include "guest/agent/text.h"

#define LIST_SIZE_MAX 1048576u
// cmd.exe takes at most 8191 characters [D]; some go to what stands before the command.
#define COMMAND_MAX 8000u

#define HEADER       "sevend-commands/1"
#define POINTER_MAX  64u
#define COMMANDS_MAX 512u

enum {
    EXIT_NOT_STARTED = 9009,    // what cmd.exe answers for a command it cannot find
    EXIT_REBOOT_REQUIRED = 3010 // ERROR_SUCCESS_REBOOT_REQUIRED [D]
};

struct command {
    bool stop, reboot;
    char pointer[POINTER_MAX];
    const char *line; // not NUL-terminated
    size_t length;
};

struct list {
    struct command commands[COMMANDS_MAX];
    int count;
};

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

// Takes the next word and the blank behind it.
static bool next_word(const char **at, const char *end, char *word, size_t size)
{
    const char *blank = memchr(*at, ' ', (size_t)(end - *at));
    size_t length = blank == NULL ? 0 : (size_t)(blank - *at);

    if (length == 0 || length >= size)
        return false;
    memcpy(word, *at, length);
    word[length] = '\0';
    *at = blank + 1;
    return true;
}

static bool parse_command(struct command *command, const char *line, size_t length)
{
    const char *at = line, *end = line + length;
    char on_error[12], reboot[6];

    if (!next_word(&at, end, on_error, sizeof on_error) || !next_word(&at, end, reboot, sizeof reboot) ||
        !next_word(&at, end, command->pointer, sizeof command->pointer) || command->pointer[0] != '/' ||
        at == end)
        return false;
    command->stop = strcmp(on_error, "stop") == 0;
    command->reboot = strcmp(reboot, "yes") == 0;
    command->line = at;
    command->length = (size_t)(end - at);
    return (command->stop || strcmp(on_error, "continue") == 0) &&
           (command->reboot || strcmp(reboot, "no") == 0);
}

static bool parse_list(struct list *list, const char *at, const char *end)
{
    const char *line;
    size_t length;

    list->count = 0;
    if (!next_line(&at, end, &line, &length))
        return true; // nothing at all
    if (length != strlen(HEADER) || memcmp(line, HEADER, length) != 0)
        return false;
    while (next_line(&at, end, &line, &length)) {
        if ((size_t)list->count == COMMANDS_MAX || !parse_command(&list->commands[list->count], line, length))
            return false;
        list->count++;
    }
    return true;
}

static DWORD run(const struct command *command, HANDLE input, HANDLE output)
{
    struct process process;
    DWORD code = EXIT_NOT_STARTED;
    wchar_t *line = command->length <= COMMAND_MAX ? text_to_wide(command->line, command->length) : NULL;
    wchar_t *whole = malloc((COMMAND_MAX + 64) * sizeof *whole);

    if (line != NULL && whole != NULL) {
        wcscpy(whole, before);
        wcscat(whole, line);
        wcscat(whole, L"\"");
        const struct process_start start = {
            .line = whole,
            .input = input,
            .output = output,
            .errors = output,
            .containment = PROCESS_FREE,
        };
        if (process_start(&start, &process)) {
            WaitForSingleObject(process.handle, INFINITE);
            GetExitCodeProcess(process.handle, &code);
            process_close(&process);
        }
    }
    free(whole);
    free(line);
    return code;
}

static bool succeeded(const struct command *command, DWORD code)
{
    return code == 0 || (code == EXIT_REBOOT_REQUIRED && strncmp(command->pointer, "/features/", 10) == 0);
}

static int fail(int index, DWORD code, const char *pointer)
{
    machine_set_first_logon("failed");
    machine_set_first_logon_position(-1);
    report_line("phase=first-logon status=failed index=%d exit=%ld name=%s", index, (long)code, pointer);
    return RUN_LIST_FAILED;
}

// The position is on the disk before the machine goes down: else the list would begin anew, or never go on.
static int restart(int done, const char *pointer)
{
    DWORD error = ERROR_WRITE_FAULT;

    if (machine_set_first_logon_position(done)) {
        report_line("phase=first-logon status=reboot index=%d name=%s", done, pointer);
        error = shutdown_machine(true);
    }
    return error == ERROR_SUCCESS ? RUN_LIST_REBOOTS : fail(done, error, pointer);
}

static int run_commands(const struct list *list, int from, HANDLE input, HANDLE output)
{
    machine_set_first_logon("running");
    if (from == 0)
        report_line("phase=first-logon status=begin commands=%d", list->count);
    else
        report_line("phase=first-logon status=resume commands=%d index=%d", list->count, from);
    for (int i = from; i < list->count; i++) {
        const struct command *command = &list->commands[i];
        DWORD code = run(command, input, output);
        report_line("phase=first-logon status=command index=%d exit=%ld name=%s", i + 1, (long)code,
                    command->pointer);
        if (command->stop && !succeeded(command, code))
            return fail(i + 1, code, command->pointer);
        if (command->reboot)
            return restart(i + 1, command->pointer);
    }
    machine_set_first_logon("done");
    machine_set_first_logon_position(-1);
    report_line("phase=first-logon status=done");
    return RUN_LIST_DONE;
}

static int run_parsed(const struct list *list)
{
    wchar_t log_path[MACHINE_PATH_MAX];
    int from = machine_first_logon_position();

    machine_file(L"first-logon.log", log_path);
    HANDLE input = process_open(L"NUL", GENERIC_READ, OPEN_EXISTING);
    HANDLE output = process_open_log(log_path);
    int result = run_commands(list, from < 0 ? 0 : from, input, output);
    CloseHandle(output);
    CloseHandle(input);
    return result;
}

int run_list(const wchar_t *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct list *list = malloc(sizeof *list);
    size_t length;
    char *bytes;

    // Held until the process ends. A service that restarts must not start the list a second time.
    if (CreateMutexW(NULL, FALSE, L"Global\\sevend-first-logon") == NULL ||
        GetLastError() == ERROR_ALREADY_EXISTS) {
        free(list);
        return RUN_LIST_BUSY;
    }
    if (list == NULL)
        return fail(0, ERROR_NOT_ENOUGH_MEMORY, "/first_logon");
    if (!read_list(file, &bytes, &length)) {
        DWORD error = GetLastError();
        free(bytes);
        free(list);
        return fail(0, error, "/first_logon");
    }
    const char *start = bytes == NULL ? "" : bytes;
    const char *end = start + length;
    if (length >= 3 && memcmp(start, mark, 3) == 0)
        start += 3;
    int result = parse_list(list, start, end) ? run_parsed(list) : fail(0, ERROR_BAD_FORMAT, "/first_logon");
    free(bytes);
    free(list);
    return result;
}
