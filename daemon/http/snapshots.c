// SPDX-License-Identifier: GPL-3.0-or-later
// The snapshots of one machine: /v1/vms/{name}/snapshots and what is below it.
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define SNAPSHOT_SEGMENT 4 // of /v1/vms/{name}/snapshots/{file}

static const char *snapshot_of(const HttpRequest *request)
{
    return g_ptr_array_index(request->url->segments, SNAPSHOT_SEGMENT);
}

void handle_snapshot_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_snapshot_list(request->daemon, request->name, &problem);
    reply_json(request, 200, list, problem);
}

void handle_snapshot_save(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_snapshot_save(request->daemon, request->name, request->json, &problem);
    reply_job(request, job, problem);
}

void handle_snapshot_revert(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job =
        service_snapshot_revert(request->daemon, request->name, snapshot_of(request), &problem);
    reply_job(request, job, problem);
}

void handle_snapshot_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job =
        service_snapshot_delete(request->daemon, request->name, snapshot_of(request), &problem);
    reply_job(request, job, problem);
}
