// SPDX-License-Identifier: GPL-3.0-or-later
// Waits for the user's shell and goes on; see resume.h.
#include "guest/agent/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "guest/agent/desktop.h"
#include "guest/agent/machine.h"
#include "guest/agent/process.h"
#include "guest/agent/report.h"

#define POLL_MS 1000u
// The desktop is still being made when the shell starts.
#define SETTLE_MS 3000u

static DWORD start_script(HANDLE user)
{
    wchar_t script[MACHINE_PATH_MAX], line[MACHINE_PATH_MAX + 32];
    struct process process;
    struct process_start start = {
        .line = line,
        .containment = PROCESS_FREE,
        .user = user,
        .environment = desktop_environment(user),
    };

    machine_file(L"first-logon.cmd", script);
    _snwprintf(line, MACHINE_PATH_MAX + 32, L"cmd.exe /c \"%ls\"", script);
    DWORD error = process_start(&start, &process) ? ERROR_SUCCESS : GetLastError();
    if (error == ERROR_SUCCESS)
        process_close(&process);
    free(start.environment);
    return error;
}

static DWORD WINAPI wait_for_shell(void *stop)
{
    HANDLE user;
    DWORD error;

    while ((user = desktop_user()) == NULL && (error = GetLastError()) == ERROR_NOT_LOGGED_ON)
        if (WaitForSingleObject(stop, POLL_MS) != WAIT_TIMEOUT)
            return 0;
    if (user != NULL) {
        const DWORD stopped = WaitForSingleObject(stop, SETTLE_MS);
        error = stopped == WAIT_TIMEOUT ? start_script(user) : ERROR_SUCCESS;
        CloseHandle(user);
    }
    if (error != ERROR_SUCCESS) {
        machine_set_first_logon("failed");
        report_line("phase=first-logon status=failed index=%d exit=%lu name=/first_logon",
                    machine_first_logon_position(), error);
    }
    return 0;
}

void resume_first_logon(HANDLE stop)
{
    if (machine_first_logon_position() < 0)
        return;
    HANDLE thread = CreateThread(NULL, 0, wait_for_shell, stop, 0, NULL);
    if (thread != NULL)
        CloseHandle(thread);
}
