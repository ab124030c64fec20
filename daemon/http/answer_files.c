// SPDX-License-Identifier: GPL-3.0-or-later
// POST /v1/answer-files, with ?explain=, and GET /v1/vms/{name}/answer-file: XML with secrets masked by the
// service; explained, JSON with the XML in it.
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_answer_file_preview(HttpRequest *request)
{
    Problem *problem = NULL;
    g_autoptr(Faults) faults = faults_new();
    const gboolean explain = query_flag(request, "explain", faults);
    if (faults_count(faults) > 0) {
        problem_set_faults(&problem, &faults);
        reply_problem(request, problem);
    } else if (explain) {
        json_object *answer = service_answer_file_explain(request->daemon, request->json, &problem);
        reply_json(request, 200, answer, problem);
    } else {
        char *xml = service_answer_file_preview(request->daemon, request->json, &problem);
        reply_text(request, "application/xml", xml, problem);
    }
}

void handle_vm_answer_file(HttpRequest *request)
{
    Problem *problem = NULL;
    char *xml = service_vm_answer_file(request->daemon, request->name, &problem);
    reply_text(request, "application/xml", xml, problem);
}
