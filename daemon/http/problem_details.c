// SPDX-License-Identifier: GPL-3.0-or-later
// Rendering problems.
#include "daemon/http/problem_details.h"

#include <microhttpd.h>

#include "common/faults_json.h"

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
    if (problem->faults != NULL && faults_count(problem->faults) > 0)
        json_object_object_add(object, "errors", faults_to_json(problem->faults));
    const char *text =
        json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    return g_strconcat(text, "\n", NULL);
}
