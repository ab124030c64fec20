// SPDX-License-Identifier: GPL-3.0-or-later
// GET /healthz (the process answers) and /readyz (it can do its work).
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

static json_object *status_object(const char *status)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "status", json_object_new_string(status));
    return object;
}

void handle_health(HttpRequest *request)
{
    reply_json(request, 200, status_object("ok"), NULL);
}

void handle_ready(HttpRequest *request)
{
    g_autofree char *detail = NULL;
    if (service_ready(request->daemon, &detail)) {
        reply_json(request, 200, status_object("ok"), NULL);
        return;
    }
    Problem *problem = NULL;
    problem_set(&problem, 503, "not-ready", "%s", detail != NULL ? detail : "The daemon is not ready.");
    reply_problem(request, problem);
}
