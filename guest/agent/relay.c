// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/relay.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "guest/agent/pipe.h"
#include "guest/agent/process.h"

int relay_run(const wchar_t *pipes, const wchar_t *line)
{
    struct process process;
    DWORD code = 0;
    HANDLE input = pipe_connect(pipes, L"in", GENERIC_READ);
    struct process_start start = {
        .line = _wcsdup(line), // CreateProcess may change it
        .input = input != INVALID_HANDLE_VALUE ? input : process_open(L"NUL", GENERIC_READ, OPEN_EXISTING),
        .output = pipe_connect(pipes, L"out", GENERIC_WRITE),
        .errors = pipe_connect(pipes, L"err", GENERIC_WRITE),
        .containment = PROCESS_FREE,
    };

    if (start.line == NULL || start.output == INVALID_HANDLE_VALUE || start.errors == INVALID_HANDLE_VALUE)
        return (int)(RELAY_FAILED | ERROR_BROKEN_PIPE);
    if (!process_start(&start, &process))
        return (int)(RELAY_FAILED | (GetLastError() & 0xffff));
    // The pipes end with the program, not with this one.
    CloseHandle(start.input);
    CloseHandle(start.output);
    CloseHandle(start.errors);
    WaitForSingleObject(process.handle, INFINITE);
    GetExitCodeProcess(process.handle, &code);
    process_close(&process);
    free(start.line);
    return (int)code;
}
