// SPDX-License-Identifier: GPL-3.0-or-later
// Windows errors of files, in words, and as the protocol's codes (guest/PROTOCOL.md).
#pragma once

#include <windows.h>

#define FILE_ERROR_TEXT 64

// Writes what @error means to @text, and returns its code: "failed" with the bare number if it has no words.
const char *file_error_describe(DWORD error, char text[FILE_ERROR_TEXT]);
