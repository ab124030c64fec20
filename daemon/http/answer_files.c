// SPDX-License-Identifier: GPL-3.0-or-later
// POST /v1/answer-files, GET /v1/vms/{name}/answer-file: XML with secrets masked by the service.
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_answer_file_preview(HttpRequest *request)
{
    Problem *problem = NULL;
    char *xml = service_answer_file_preview(request->daemon, request->json, &problem);
    reply_text(request, "application/xml", xml, problem);
}

void handle_vm_answer_file(HttpRequest *request)
{
    Problem *problem = NULL;
    char *xml = service_vm_answer_file(request->daemon, request->name, &problem);
    reply_text(request, "application/xml", xml, problem);
}
