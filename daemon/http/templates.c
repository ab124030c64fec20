// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/templates, GET /v1/templates/{name}
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_template_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_template_list(request->daemon, &problem);
    reply_json(request, 200, list, problem);
}

void handle_template_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *found = service_template_show(request->daemon, request->name, &problem);
    reply_json(request, 200, found, problem);
}
