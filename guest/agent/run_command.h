// SPDX-License-Identifier: GPL-3.0-or-later
// A command of the specialize pass: runs it and reports how it ended, so that Setup never sees another exit
// code than 0.
#pragma once

#include <stdbool.h>
#include <wchar.h>

// What stands behind the first words of a command line (the program's name, quoted or not, is one), as it is.
// NULL if there are not so many words.
const wchar_t *command_line_tail(const wchar_t *line, unsigned words);

// Runs the command line without a window, and waits for its end; its output goes to specialize.log in the
// sevend folder. Reports "phase=specialize status=command name=NAME exit=N", or, with stop and an exit code
// other than 0, status=failed. Returns 0.
int run_command(const wchar_t *name, const wchar_t *line, bool stop);
