// SPDX-License-Identifier: GPL-3.0-or-later
// The collection /v1/images and the resource /v1/images/{name}. Sealing a machine: vm_actions.c. Images that
// come from elsewhere: image_imports.c.
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_image_list(HttpRequest *request)
{
    Problem *problem = NULL;
    ServicePage page;
    json_object *list = NULL;
    if (query_page(request, NULL, &page, &problem))
        list = service_image_list(request->daemon, &page, &problem);
    reply_json(request, 200, list, problem);
}

void handle_image_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *image = service_image_show(request->daemon, request->name, &problem);
    reply_json(request, 200, image, problem);
}

void handle_image_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_image_delete(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}

void handle_image_provenance(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *provenance = service_image_provenance(request->daemon, request->name, &problem);
    reply_json(request, 200, provenance, problem);
}

void handle_image_export(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_image_export(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}
