// SPDX-License-Identifier: GPL-3.0-or-later
// The user who is logged on at the machine's screen, with all rights that the user has.
#pragma once

#include <wchar.h>
#include <windows.h>

// A primary token, to close; NULL with GetLastError(): ERROR_NOT_LOGGED_ON when nobody's shell runs. Needs
// LocalSystem's privileges.
HANDLE desktop_user(void);
// The user's environment, a block for CreateProcess, to free(); NULL when it cannot be had.
wchar_t *desktop_environment(HANDLE user);
