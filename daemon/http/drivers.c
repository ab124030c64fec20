// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/drivers, GET /v1/drivers/{name}
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_driver_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_driver_list(request->daemon, &problem);
    reply_json(request, 200, list, problem);
}

void handle_driver_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *driver = service_driver_show(request->daemon, request->name, &problem);
    reply_json(request, 200, driver, problem);
}
