// SPDX-License-Identifier: GPL-3.0-or-later
// POST /v1/vms/{name}/exec, answered at the command's end or, to who accepts it, as server-sent events while
// it runs; and /v1/commands/{id}, which reaches such a command.
#include <string.h>

#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"
#include "daemon/http/sse_stream.h"

// How soon a client that has gone is noticed, and its command ended.
#define SLICE_MS 500u

static gboolean next_event(GString *text, gpointer exec)
{
    const char *kind = NULL;
    json_object *data = service_exec_next(exec, SLICE_MS, &kind);
    if (data == NULL)
        return TRUE;
    // JSON on one line has no line ends in it.
    g_string_append_printf(text, "event: %s\ndata: %s\n\n", kind,
                           json_object_to_json_string_ext(data, JSON_C_TO_STRING_PLAIN));
    json_object_put(data);
    return strcmp(kind, "exit") != 0 && strcmp(kind, "error") != 0;
}

static void free_exec(gpointer exec)
{
    service_exec_free(exec);
}

static void start_stream(HttpRequest *request)
{
    static const SseSource functions = { next_event, free_exec };
    Problem *problem = NULL;
    ServiceExec *exec = service_exec_begin(request->daemon, request->name, request->json, &problem);
    if (exec != NULL) {
        sse_stream_start(request, &functions, exec, NULL, TRUE);
        return;
    }
    connections_end_wait(request->connection->owner);
    reply_problem(request, problem);
}

// Runs for as long as the command does, so it counts among those that wait.
void handle_vm_exec(HttpRequest *request)
{
    Problem *problem = NULL;
    const char *accepted = header_value(request, "Accept");
    if (!connections_begin_wait(request->connection->owner)) {
        reply_too_many_wait(request);
        return;
    }
    if (accepted != NULL && strstr(accepted, SSE_CONTENT_TYPE) != NULL) {
        start_stream(request);
        return;
    }
    json_object *result = service_vm_exec(request->daemon, request->name, request->json, &problem);
    connections_end_wait(request->connection->owner);
    reply_json(request, 200, result, problem);
}

void handle_command_input(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_command_input(request->daemon, request->name, request->json, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}

void handle_command_kill(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_command_kill(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}
