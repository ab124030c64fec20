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

void handle_vm_keys(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_vm_keys(request->daemon, request->name, request->json, &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
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
