// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/pools, /v1/pools/{name}/leases and /v1/leases, with ?wait=.
#include <string.h>

#include "daemon/http/access.h"
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define MAX_WAIT_SECONDS 60

void handle_pool_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_pool_list(request->daemon, &problem);
    reply_json(request, 200, list, problem);
}

void handle_pool_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *pool = service_pool_show(request->daemon, request->name, &problem);
    reply_json(request, 200, pool, problem);
}

void handle_pool_put(HttpRequest *request)
{
    Problem *problem = NULL;
    gboolean made = FALSE;
    json_object *pool = service_pool_put(request->daemon, request->name, request->json, &made, &problem);
    reply_json(request, made ? 201 : 200, pool, problem);
}

void handle_pool_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *pool = service_pool_delete(request->daemon, request->name, &problem);
    reply_json(request, 202, pool, problem);
}

static gboolean is_waiting(json_object *lease)
{
    return g_strcmp0(json_string_member(lease, "state"), "waiting") == 0;
}

void handle_lease_create(HttpRequest *request)
{
    Problem *problem = NULL;
    g_autofree char *holder = access_user(request);
    json_object *lease =
        service_lease_create(request->daemon, request->name, holder, request->json, &problem);
    g_autofree char *location =
        lease ? g_strconcat("/v1/leases/", json_string_member(lease, "id"), NULL) : NULL;
    reply_json(request, lease && is_waiting(lease) ? 202 : 201, lease, problem);
    if (location)
        reply_header(request, "Location", location);
}

void handle_lease_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_lease_list(request->daemon, &problem);
    reply_json(request, 200, list, problem);
}

// Waits in slices, so that a stop of the server or a client that has gone ends it early.
static json_object *wait_for_machine(const HttpRequest *request, guint seconds, Problem **problem)
{
    json_object *lease = service_lease_show(request->daemon, request->name, 0, problem);
    for (; lease && seconds > 0 && is_waiting(lease) && !request_should_end(request); seconds--) {
        json_object_put(lease);
        lease = service_lease_show(request->daemon, request->name, 1, problem);
    }
    return lease;
}

void handle_lease_show(HttpRequest *request)
{
    g_autoptr(Faults) faults = faults_new();
    Problem *problem = NULL;
    json_object *lease = NULL;
    const guint wait = query_number(request, "wait", 0, MAX_WAIT_SECONDS, 0, faults);
    if (faults_count(faults) > 0) {
        problem_set_faults(&problem, &faults);
    } else if (wait == 0) {
        lease = service_lease_show(request->daemon, request->name, 0, &problem);
    } else if (connections_begin_wait(request->listener->connections)) {
        lease = wait_for_machine(request, wait, &problem);
        connections_end_wait(request->listener->connections);
    } else {
        reply_too_many_wait(request);
        return;
    }
    reply_json(request, 200, lease, problem);
}

void handle_lease_change(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *lease = service_lease_change(request->daemon, request->name, request->json, &problem);
    reply_json(request, 200, lease, problem);
}

void handle_lease_end(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *lease = service_lease_end(request->daemon, request->name, &problem);
    reply_json(request, 200, lease, problem);
}
