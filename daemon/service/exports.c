// SPDX-License-Identifier: GPL-3.0-or-later
// Exports as the API shows them: asking for one, fetching it, throwing it away.
#include "daemon/library/exports.h"

#include <string.h>

#include "daemon/install/plan.h"
#include "daemon/service/service_parts.h"

// The request is a machine's; its disc is the path's. NULL with a problem.
static json_object *document_of(Daemon *daemon, const char *disc, json_object *request, Problem **problem)
{
    const gboolean is_object = json_object_is_type(request, json_type_object);
    const char *named = is_object ? json_string_member(request, "disc") : NULL;
    if (named && strcmp(named, disc) != 0) {
        g_autoptr(Faults) faults = faults_new();
        faults_add(faults, "/disc", "contradiction", NULL, "The path names disc \"%s\".", disc);
        problem_set_faults(problem, &faults);
        return NULL;
    }
    if (is_object)
        json_object_object_add(request, "disc", json_object_new_string(disc));
    g_autoptr(InstallRequest) resolved = NULL;
    g_autoptr(InstallPlan) plan = service_plan_request(daemon, request, &resolved, problem);
    // Freeing the rest overwrites the secrets of what it still holds.
    return plan ? g_steal_pointer(&resolved->document) : NULL;
}

static char *submit(Daemon *daemon, json_object *document, char **ret_id, GError **error)
{
    const StoreIdempotency none = { NULL, NULL };
    g_autoptr(json_object) parameters = json_object_new_object();
    *ret_id = export_create(daemon, document, error);
    if (!*ret_id)
        return NULL;
    json_add_text(parameters, "export", *ret_id);
    char *job_id =
        job_engine_submit(daemon->jobs, export_disc_job_kind.name, NULL, NULL, NULL,
                          json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN), &none, error);
    if (!job_id)
        export_remove(daemon, *ret_id, NULL);
    return job_id;
}

json_object *service_export_create(Daemon *daemon, const char *disc, json_object *request, Problem **problem)
{
    GError *error = NULL;
    g_autofree char *id = NULL;
    export_sweep(daemon);
    json_object *document = document_of(daemon, disc, request, problem);
    if (!document)
        return NULL;
    char *job_id = submit(daemon, document, &id, &error);
    unattend_wipe_request(document);
    json_object_put(document);
    if (!job_id) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *answer = service_job_answer(daemon, job_id, problem);
    if (answer)
        json_add_text(answer, "export", id);
    return answer;
}

int service_export_open(Daemon *daemon, const char *id, guint64 *ret_size, Problem **problem)
{
    GError *error = NULL;
    const int fd = export_open(daemon, id, ret_size, &error);
    if (fd < 0)
        service_problem(problem, error);
    return fd;
}

gboolean service_export_delete(Daemon *daemon, const char *id, Problem **problem)
{
    GError *error = NULL;
    if (export_remove(daemon, id, &error))
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}
