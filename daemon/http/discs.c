// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/discs, /v1/discs/{name}, /v1/discs/{name}/upload
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

ServiceUpload *open_disc_upload(HttpRequest *request, Problem **problem)
{
    ServiceUploadHead head;
    headers_upload(request, &head);
    return service_disc_upload_begin(request->daemon, request->name, &head, problem);
}

void handle_disc_put(HttpRequest *request)
{
    Problem *problem = NULL;
    gboolean complete = FALSE;
    json_object *body =
        service_disc_upload_finish(request->daemon, g_steal_pointer(&request->upload), &complete, &problem);
    reply_json(request, complete ? 201 : 202, body, problem);
}

void handle_disc_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_disc_delete(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}

void handle_disc_verify(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_disc_verify(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}

void handle_disc_upload_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *state = service_disc_upload_show(request->daemon, request->name, &problem);
    reply_json(request, 200, state, problem);
}

void handle_disc_upload_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_disc_upload_delete(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}
