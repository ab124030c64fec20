// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with, and seen of, one machine: /v1/vms/{name}/…
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_vm_start(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_vm_start(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}

void handle_vm_stop(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_vm_stop(request->daemon, request->name, request->json, &problem);
    reply_job(request, job, problem);
}

void handle_vm_seal(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_vm_seal(request->daemon, request->name, request->json, &problem);
    reply_job(request, job, problem);
}

void handle_vm_reset(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_vm_reset(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}

void handle_vm_keys(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_vm_keys(request->daemon, request->name, request->json, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}

void handle_vm_pointer(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_vm_pointer(request->daemon, request->name, request->json, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}

void handle_vm_wait_for(HttpRequest *request)
{
    Problem *problem = NULL;
    if (!connections_begin_wait(request->connection->owner)) {
        reply_too_many_wait(request);
        return;
    }
    json_object *result = service_vm_wait_for(request->daemon, request->name, request->json, &problem);
    connections_end_wait(request->connection->owner);
    reply_json(request, 200, result, problem);
}

void handle_vm_screen_hash(HttpRequest *request)
{
    static const char *const names[] = { "x", "y", "width", "height" };
    guint values[G_N_ELEMENTS(names)];
    Problem *problem = NULL;
    g_autoptr(Faults) faults = faults_new();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *pointer = g_strconcat("?", names[i], NULL);
        values[i] = query_number(request, names[i], i < 2 ? 0 : 1, 8192, 0, faults);
        if (query_value(request, names[i]) == NULL)
            faults_add(faults, pointer, "required", NULL, "is required: pixels");
    }
    if (faults_count(faults) > 0) {
        problem_set_faults(&problem, &faults);
        reply_problem(request, problem);
        return;
    }
    json_object *hash = service_vm_screen_hash(request->daemon, request->name, values[0], values[1],
                                               values[2], values[3], &problem);
    reply_json(request, 200, hash, problem);
}

void handle_vm_screenshot(HttpRequest *request)
{
    Problem *problem = NULL;
    GBytes *png = service_vm_screenshot(request->daemon, request->name, &problem);
    reply_bytes(request, "image/png", png, problem);
}

// What came over COM1: the guest's bytes, of no known encoding.
void handle_vm_console_log(HttpRequest *request)
{
    Problem *problem = NULL;
    GBytes *log = service_vm_console_log(request->daemon, request->name, &problem);
    reply_bytes(request, "text/plain", log, problem);
}

void handle_vm_isolation(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *report = service_vm_isolation(request->daemon, request->name, &problem);
    reply_json(request, 200, report, problem);
}

void handle_vm_provenance(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *provenance = service_vm_provenance(request->daemon, request->name, &problem);
    reply_json(request, 200, provenance, problem);
}
