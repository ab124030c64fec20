// SPDX-License-Identifier: GPL-3.0-or-later
// Our standard input for a command that runs in a machine, as it is typed or comes down a pipe: a thread with
// a connection of its own, beside the one that follows the command.
#pragma once

#include "client/client.h"

typedef struct ExecInput ExecInput;

// Begins to send. @command: its id. @lines: somebody types: line ends become those of Windows. Borrows
// @client until exec_input_stop().
ExecInput *exec_input_start(const Client *client, const char *command, gboolean lines);
// The command has ended, whatever is left to send.
void exec_input_stop(ExecInput *input);
