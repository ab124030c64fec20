// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/discs, GET /v1/discs/{name}
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_disc_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_disc_list(request->daemon, &problem);
    reply_json(request, 200, list, problem);
}

void handle_disc_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *disc = service_disc_show(request->daemon, request->name, &problem);
    reply_json(request, 200, disc, problem);
}
