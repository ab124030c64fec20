// SPDX-License-Identifier: GPL-3.0-or-later
// Running one command line as Windows' own deployment programs do: as it stands, without a shell.
#pragma once
#include <windows.h>

// Expands nothing. Returns 0 and the exit code, or the Windows error that kept it from starting.
DWORD run_command(WCHAR *line, DWORD *exit_code);

// Reads a UTF-8 or ANSI file whole; the caller frees. NULL if it cannot be read.
WCHAR *read_text(const WCHAR *path);
