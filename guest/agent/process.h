// SPDX-License-Identifier: GPL-3.0-or-later
// Starting a process with given standard handles, and ending it with everything it started. Not here: pipes,
// output, time limits (exec.h).
#pragma once

#include <windows.h>

struct process {
    HANDLE handle;
    HANDLE job; // NULL where the process could not be put into a job
    DWORD id;
};

enum process_containment {
    PROCESS_FREE,      // whatever it starts may outlive it
    PROCESS_CONTAINED, // in a job, so that process_kill() reaches all of it
};

// Opens a file, or L"NUL", so that a child can inherit it. INVALID_HANDLE_VALUE with GetLastError() on
// failure.
HANDLE process_open(const wchar_t *path, DWORD access, DWORD disposition);
// For output of a child: appends to a file, or throws it away where that cannot be written.
HANDLE process_open_log(const wchar_t *path);

struct process_start {
    wchar_t *line;      // changed in place: CreateProcess may do so
    const wchar_t *cwd; // or NULL
    // Inheritable; the child gets no other handle of ours. All NULL: it gets none.
    HANDLE input, output, errors;
    enum process_containment containment;
    HANDLE user; // a token of desktop_user(): on the user's desktop, and then without handles; or NULL
    wchar_t *environment; // a block, or NULL: ours
};

// Starts the command line without a console window. On failure returns FALSE with GetLastError(), and there
// is nothing to close.
BOOL process_start(const struct process_start *start, struct process *process);

// Ends the process and its descendants with the exit code. A descendant that broke away from the job is found
// by its parents, as long as those still run.
void process_kill(struct process *process, UINT exit_code);

// Closes the handles; running processes go on.
void process_close(struct process *process);
