// SPDX-License-Identifier: GPL-3.0-or-later
// One command of the specialize pass; see run_command.h.
#include "guest/agent/run_command.h"

#include <stdlib.h>
#include <windows.h>

#include "guest/agent/machine.h"
#include "guest/agent/process.h"
#include "guest/agent/report.h"
#include "guest/agent/text.h"

static const wchar_t *skip_blanks(const wchar_t *at)
{
    return at + wcsspn(at, L" \t");
}

const wchar_t *command_line_tail(const wchar_t *line, unsigned words)
{
    const wchar_t *at = line;

    for (unsigned i = 0; i < words; i++) {
        if (*at == L'\0')
            return NULL;
        if (*at == L'"') {
            const wchar_t *end = wcschr(at + 1, L'"');
            if (end == NULL)
                return NULL;
            at = end + 1;
        }
        at = skip_blanks(at + wcscspn(at, L" \t"));
    }
    return *at == L'\0' ? NULL : at;
}

// The exit code, or the Windows error with which it did not start.
static long run(wchar_t *line)
{
    wchar_t log_path[MACHINE_PATH_MAX];
    struct process process;
    DWORD code = 0;

    machine_file(L"specialize.log", log_path);
    HANDLE input = process_open(L"NUL", GENERIC_READ, OPEN_EXISTING);
    HANDLE output = process_open_log(log_path);
    const struct process_start start = {
        .line = line,
        .input = input,
        .output = output,
        .errors = output,
        .containment = PROCESS_FREE,
    };
    if (process_start(&start, &process)) {
        WaitForSingleObject(process.handle, INFINITE);
        GetExitCodeProcess(process.handle, &code);
        process_close(&process);
    } else {
        code = GetLastError();
    }
    CloseHandle(output);
    CloseHandle(input);
    return (long)code;
}

int run_command(const wchar_t *name, const wchar_t *line, bool stop)
{
    wchar_t *copy = _wcsdup(line); // CreateProcess may change it
    long code = copy != NULL ? run(copy) : ERROR_NOT_ENOUGH_MEMORY;
    char *label = text_to_utf8(name);

    report_line("phase=specialize status=%s name=%s exit=%ld", stop && code != 0 ? "failed" : "command",
                label != NULL ? label : "?", code);
    free(label);
    free(copy);
    return 0;
}
