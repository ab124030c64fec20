// SPDX-License-Identifier: GPL-3.0-or-later
// The preview of an answer file, and where each of its settings comes from. Nothing is made.
#include <string.h>

#include "common/faults_json.h"
#include "common/json_layers.h"
#include "daemon/install/plan.h"
#include "daemon/service/service_parts.h"

static char *render(const InstallPlan *plan, Problem **problem)
{
    GError *error = NULL;
    gsize length = 0;
    char *text =
        unattend_render(plan->request->unattend, &plan->target, UNATTEND_SECRETS_MASKED, &length, &error);
    if (!text)
        service_problem(problem, error);
    return text;
}

char *service_answer_file_preview(Daemon *daemon, json_object *request, Problem **problem)
{
    g_autoptr(InstallRequest) resolved = NULL;
    g_autoptr(InstallPlan) plan = service_plan_request(daemon, request, &resolved, problem);
    return plan ? render(plan, problem) : NULL;
}

// What the client sent decides, then its template, then those that the template extends. The caller frees.
static char *source_of(const InstallPlan *plan, json_object *request, const char *pointer)
{
    JsonLayer look = json_layer_look(request, pointer);
    if (look != JSON_LAYER_SILENT)
        return g_strdup(look == JSON_LAYER_HOLDS ? "request" : "default");
    const GPtrArray *files = plan->template->files;
    for (guint i = 0; i < files->len; i++) {
        const TemplateFile *file = files->pdata[i];
        g_autoptr(json_object) counts = install_template_members(file->request, request);
        look = json_layer_look(counts, pointer);
        if (look == JSON_LAYER_HOLDS)
            return g_strconcat("template:", file->name, NULL);
        if (look == JSON_LAYER_TAKES)
            break;
    }
    return g_strdup("default");
}

// What was said, in the words in which it was said: "off", where the element of the answer file says "false".
static void add_own_words(json_object *item, json_object *masked, const char *pointer)
{
    json_object *value = NULL;
    if (json_pointer_get(masked, pointer, &value) != 0 || !value ||
        json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array))
        return;
    json_add_text(item, "value", json_object_get_string(value));
}

static void add_sources(json_object *explanation, const InstallPlan *plan, json_object *request,
                        json_object *document)
{
    g_autoptr(json_object) masked = unattend_mask_request(document);
    for (gsize i = 0; i < json_object_array_length(explanation); i++) {
        json_object *item = json_object_array_get_idx(explanation, i);
        const char *pointer = json_string_member(item, "pointer");
        if (pointer)
            add_own_words(item, masked, pointer);
        g_autofree char *source = pointer ? source_of(plan, request, pointer) : g_strdup("default");
        json_add_text(item, "source", source);
    }
}

json_object *service_answer_file_explain(Daemon *daemon, json_object *request, Problem **problem)
{
    g_autoptr(InstallRequest) resolved = NULL;
    g_auto(RecipeMatch) match = { 0 };
    g_autoptr(InstallPlan) plan = service_plan_request(daemon, request, &resolved, problem);
    g_autofree char *text = plan ? render(plan, problem) : NULL;
    if (!text || !service_match_recipe(daemon, plan, resolved->document, &match, problem))
        return NULL;
    GError *error = NULL;
    json_object *explanation = unattend_explain(plan->request->unattend, &plan->target, &error);
    if (!explanation) {
        service_problem(problem, error);
        return NULL;
    }
    add_sources(explanation, plan, request, resolved->document);
    json_object *object = json_object_new_object();
    json_add_text(object, "answer_file", text);
    json_object_object_add(object, "explanation", explanation);
    json_object_object_add(object, "warnings", faults_to_json(plan->warnings));
    json_add_text(object, "recipe", match.recipe);
    json_add_text(object, "image", match.image ? match.image->name : NULL);
    return object;
}
