// SPDX-License-Identifier: GPL-3.0-or-later
// Rendering problems.
#include "daemon/http/problem_details.h"

#include <microhttpd.h>

#include "common/json.h"

static json_object *fault_to_json(const Fault *fault)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "pointer", json_object_new_string(fault->pointer));
    json_object_object_add(object, "code", json_object_new_string(fault->code));
    json_object_object_add(object, "message", json_object_new_string(fault->message));
    if (fault->allowed != NULL) {
        json_object *allowed = json_object_new_array();
        for (guint i = 0; fault->allowed[i] != NULL; i++)
            json_object_array_add(allowed, json_object_new_string(fault->allowed[i]));
        json_object_object_add(object, "allowed", allowed);
    }
    return object;
}

char *problem_details_to_json(const Problem *problem)
{
    g_autoptr(json_object) object = json_object_new_object();
    const char *detail = problem->detail != NULL ? problem->detail : "";
    json_object_object_add(object, "type", json_object_new_string("about:blank"));
    json_object_object_add(object, "title",
                           json_object_new_string(MHD_get_reason_phrase_for((unsigned)problem->status)));
    json_object_object_add(object, "status", json_object_new_int(problem->status));
    json_object_object_add(object, "code", json_object_new_string(problem->code));
    json_object_object_add(object, "detail", json_object_new_string(detail));
    if (problem->faults != NULL && faults_count(problem->faults) > 0) {
        json_object *errors = json_object_new_array();
        for (guint i = 0; i < faults_count(problem->faults); i++)
            json_object_array_add(errors, fault_to_json(faults_get(problem->faults, i)));
        json_object_object_add(object, "errors", errors);
    }
    const char *text =
        json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    return g_strconcat(text, "\n", NULL);
}
