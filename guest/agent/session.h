// SPDX-License-Identifier: GPL-3.0-or-later
// The conversation with the host over COM2: says hello, takes requests, sends answers. One thread moves all
// bytes.
#pragma once

#include <wchar.h>
#include <windows.h>

// Talks until the event stop is set, then ends the running commands. port names the port ("COM5"); NULL: COM2
// by any of its names. A port that is missing or lost is tried again every few seconds. Returns 0, or a
// Windows error when there is no memory.
DWORD session_run(const wchar_t *port, HANDLE stop);
