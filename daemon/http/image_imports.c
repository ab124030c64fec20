// SPDX-License-Identifier: GPL-3.0-or-later
// PUT /v1/image-imports/{name}, and its unfinished upload
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

ServiceUpload *open_image_import(HttpRequest *request, Problem **problem)
{
    ServiceUploadHead head;
    headers_upload(request, &head);
    return service_image_import_begin(request->daemon, request->name, &head, problem);
}

void handle_image_import_put(HttpRequest *request)
{
    Problem *problem = NULL;
    gboolean complete = FALSE;
    json_object *body =
        service_image_import_finish(request->daemon, g_steal_pointer(&request->upload), &complete, &problem);
    if (complete)
        reply_job(request, body, problem);
    else
        reply_json(request, 202, body, problem);
}

void handle_image_import_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *state = service_image_import_show(request->daemon, request->name, &problem);
    reply_json(request, 200, state, problem);
}

void handle_image_import_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_image_import_delete(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}
