// SPDX-License-Identifier: GPL-3.0-or-later
// From an argument vector to the one command line that CreateProcess takes. Plain C without Windows, so that
// the host's unit tests hold it. Not here: starting anything (process.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>

// CreateProcess takes at most 32767 characters with the NUL [D].
#define COMMAND_LINE_MAX 32767u

// Writes the command line of argc (at least 1) arguments, all UTF-8, into buffer, NUL-terminated. False when
// it does not fit into size, or when the program's name has a double quote in it, which no command line can
// express.
//
// Two rules:
// - By default each argument is quoted as the Microsoft C runtime's argv parser undoes it [D]: the program
// receives
//   exactly the vector.
// - When the program is cmd or cmd.exe and has a /c or /k argument, what follows is cmd's own language, which
// the C
//   runtime's quoting would spoil. One argument after /c is a whole command, passed as it is. Of several,
//   those with a space or tab and no quote of their own are put in double quotes, the others are passed as
//   they are, joined by spaces: ["cmd","/c","dir","C:\\Program Files"] and ["cmd","/c","echo","x",">","f"]
//   both do what they say. The result goes to cmd as `/s /c "…"`, in which form cmd removes exactly the outer
//   quotes and reads the rest as typed [D: cmd /?].
bool command_line_build(const char *const *argv, size_t argc, char *buffer, size_t size);
