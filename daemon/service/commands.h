// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that run in machines and are told as they run, by id: for who types into one, or ends it, over
// another connection. Private to daemon/service.
#pragma once

#include "daemon/vm/agent_input.h"

typedef struct RunningCommand RunningCommand;

// Known under its id from now on. @input: NULL if the command has none that is still open.
RunningCommand *running_command_new(AgentInput *input);
// No longer known.
void running_command_free(RunningCommand *command);
const char *running_command_id(const RunningCommand *command); // as a job's (common/ids.h)
// TRUE once after somebody asked for its end.
gboolean running_command_take_kill(RunningCommand *command);
