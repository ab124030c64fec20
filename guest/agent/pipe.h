// SPDX-License-Identifier: GPL-3.0-or-later
// Named pipes between the agent and what it starts, for the two things that anonymous ones cannot do: a write
// that does not block, and a child in another session, which inherits no handles [D: CreateProcessAsUser].
#pragma once

#include <windows.h>

#define PIPE_NAME_MAX 64u
#define PIPE_SIZE     65536u

// A name that this process has not given before. stem has room for PIPE_NAME_MAX characters.
void pipe_new_name(wchar_t *stem);
// The agent's end of "STEM-WHAT": to read from (blocking), or to write to (overlapped). INVALID_HANDLE_VALUE
// with GetLastError() on failure.
HANDLE pipe_serve_output(const wchar_t *stem, const wchar_t *what);
HANDLE pipe_serve_input(const wchar_t *stem, const wchar_t *what);
// The other end, inheritable: access is GENERIC_READ or GENERIC_WRITE.
HANDLE pipe_connect(const wchar_t *stem, const wchar_t *what, DWORD access);
