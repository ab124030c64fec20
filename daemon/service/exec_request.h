// SPDX-License-Identifier: GPL-3.0-or-later
// The body of POST /v1/vms/{name}/exec, checked. Private to daemon/service.
#pragma once

#include "daemon/service.h"
#include "daemon/vm/agent.h"

typedef struct {
    AgentCommand command; // borrows from the members below and from the body
    GPtrArray *argv, *environment;
    AgentInput *input;   // or NULL
    gboolean input_open; // more will come (commands.h)
} ExecRequest;

// FALSE with a problem that names everything that is wrong. @body must outlive @request. @streamed: the
// command is told as it runs.
gboolean exec_request_read(json_object *body, gboolean streamed, ExecRequest *request, Problem **problem);
void exec_request_clear(ExecRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExecRequest, exec_request_clear)
