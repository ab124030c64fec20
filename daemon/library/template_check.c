// SPDX-License-Identifier: GPL-3.0-or-later
// A template's "request" under the checks of a request, and which of its files is to blame.
#include <string.h>

#include "common/json_layers.h"
#include "daemon/install/request.h"
#include "daemon/library/template_parts.h"

static gboolean is_known(const Faults *faults, const char *pointer, const char *message)
{
    for (guint i = 0; i < faults_count(faults); i++) {
        const Fault *fault = faults_get(faults, i);
        if (strcmp(fault->pointer, pointer) == 0 && strcmp(fault->message, message) == 0)
            return TRUE;
    }
    return FALSE;
}

// The nearest file from @index on that decides the place; the one at @index if none does.
static TemplateFile *file_to_blame(const GPtrArray *files, guint index, const char *pointer)
{
    for (guint i = index; i < files->len; i++) {
        TemplateFile *file = files->pdata[i];
        if (json_layer_look(file->request, pointer) != JSON_LAYER_SILENT)
            return file;
    }
    return files->pdata[index];
}

static void add_faults(const GPtrArray *files, guint index, const Faults *found, const char *only_code)
{
    for (guint i = 0; i < faults_count(found); i++) {
        const Fault *fault = faults_get(found, i);
        TemplateFile *file = file_to_blame(files, index, fault->pointer);
        g_autofree char *pointer = g_strconcat("/request", fault->pointer, NULL);
        if ((only_code && strcmp(only_code, fault->code) != 0) ||
            is_known(file->faults, pointer, fault->message))
            continue;
        faults_add(file->faults, pointer, fault->code, (const char *const *)fault->allowed, "%s",
                   fault->message);
    }
}

static void check(const GPtrArray *files, guint index, json_object *request, guint machines,
                  const char *only_code)
{
    g_autoptr(Faults) found = faults_new();
    machine_request_check_template(request, machines, found);
    add_faults(files, index, found, only_code);
}

void template_chain_check(const GPtrArray *files, guint machines)
{
    for (guint i = 0; i < files->len; i++) {
        const TemplateFile *file = files->pdata[i];
        g_autoptr(json_object) merged = template_chain_merge(files, i);
        json_object *request = NULL;
        if (json_object_object_get_ex(merged, "request", &request) &&
            json_object_is_type(request, json_type_object))
            check(files, i, request, machines, NULL);
        // A misspelt member that is null is not in the merged request any more.
        if (file->request)
            check(files, i, file->request, machines, "unknown-field");
    }
}
