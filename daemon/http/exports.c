// SPDX-License-Identifier: GPL-3.0-or-later
// POST /v1/discs/{name}/exports, GET and DELETE /v1/exports/{id}
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_export_create(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_export_create(request->daemon, request->name, request->json, &problem);
    reply_job(request, job, problem);
}

void handle_export_get(HttpRequest *request)
{
    Problem *problem = NULL;
    guint64 size = 0;
    int fd = service_export_open(request->daemon, request->name, &size, &problem);
    reply_file(request, "application/octet-stream", fd, size, problem);
}

void handle_export_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_export_delete(request->daemon, request->name, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}
