// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/drivers, /v1/drivers/{name}, /v1/drivers/{name}/upload
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

ServiceUpload *open_driver_upload(HttpRequest *request, Problem **problem)
{
    ServiceUploadHead head;
    headers_upload(request, &head);
    return service_driver_upload_begin(request->daemon, request->name, query_value(request, "architecture"),
                                       &head, problem);
}

void handle_driver_put(HttpRequest *request)
{
    Problem *problem = NULL;
    gboolean complete = FALSE;
    json_object *body =
        service_driver_upload_finish(request->daemon, g_steal_pointer(&request->upload),
                                     query_value(request, "architecture"), &complete, &problem);
    reply_json(request, complete ? 201 : 202, body, problem);
}

void handle_driver_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_driver_delete(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}

void handle_driver_upload_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *state = service_driver_upload_show(request->daemon, request->name, &problem);
    reply_json(request, 200, state, problem);
}

void handle_driver_upload_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_driver_upload_delete(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}
