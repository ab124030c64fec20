// SPDX-License-Identifier: GPL-3.0-or-later
// Starts a command that the host has asked for, with its pipes: in the agent's own session, or on the desktop
// of the user who is logged on.
#pragma once

#include "guest/agent/exec_input.h"
#include "guest/agent/exec_output.h"
#include "guest/agent/exec_request.h"
#include "guest/agent/process.h"

struct exec_child {
    struct process process;
    struct exec_output output, errors;
    struct exec_input input; // only where the request has input: then input.write.hEvent is set
};

// On failure returns FALSE with GetLastError(); exec_child_close() is due in any case. line is changed.
BOOL exec_spawn(struct exec_child *child, const struct exec_request *request);
void exec_child_close(struct exec_child *child);
