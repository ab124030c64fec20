// SPDX-License-Identifier: GPL-3.0-or-later
// The collection /v1/vms and the resource /v1/vms/{name}. What can be done with a machine: vm_actions.c.
#include <string.h>

#include "daemon/http/access.h"
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define MAX_IDEMPOTENCY_KEY 255

static const char *const vm_states[] = { "installing", "ready", "failed", "deleting", NULL };

void handle_vm_list(HttpRequest *request)
{
    Problem *problem = NULL;
    ServicePage page;
    json_object *list = NULL;
    if (query_page(request, vm_states, &page, &problem))
        list = service_vm_list(request->daemon, &page, &problem);
    reply_json(request, 200, list, problem);
}

// TRUE if there is no key, or a usable one.
static gboolean read_idempotency_key(const HttpRequest *request, const char **ret_key, Problem **problem)
{
    *ret_key = header_value(request, "Idempotency-Key");
    if (*ret_key == NULL)
        return TRUE;
    gsize length = strlen(*ret_key);
    gboolean usable = length >= 1 && length <= MAX_IDEMPOTENCY_KEY;
    for (gsize i = 0; usable && i < length; i++)
        usable = g_ascii_isgraph((*ret_key)[i]);
    if (!usable)
        problem_set(problem, 400, "bad-request",
                    "An Idempotency-Key is 1 to %d printable ASCII characters without spaces.",
                    MAX_IDEMPOTENCY_KEY);
    return usable;
}

void handle_vm_create(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *created = NULL;
    ServiceIdempotency idempotency = {
        .body = (const char *)request->body->data,
        .body_length = request->body->len,
    };
    g_autofree char *owner = access_user(request);
    if (read_idempotency_key(request, &idempotency.key, &problem))
        created = service_vm_create(request->daemon, request->json, owner, &idempotency, &problem);
    reply_job(request, created, problem);
}

void handle_vm_show(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *vm = service_vm_show(request->daemon, request->name, &problem);
    reply_json(request, 200, vm, problem);
}

void handle_vm_delete(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_vm_delete(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}

void handle_vm_change(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *vm = service_vm_change(request->daemon, request->name, request->json, &problem);
    reply_json(request, 200, vm, problem);
}
