// SPDX-License-Identifier: GPL-3.0-or-later
// Requests from texts, and faults as texts.
#include "request_text.h"

#include <string.h>

json_object *request_from(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *request = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return request;
}

json_object *request_patched(const char *patch)
{
    g_autoptr(json_object) base = request_from(SMALLEST_REQUEST);
    g_autoptr(json_object) over = request_from(patch);
    return json_merge(base, over);
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *faults_brief(const Faults *faults)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < faults_count(faults); i++) {
        const Fault *fault = faults_get(faults, i);
        g_ptr_array_add(lines, g_strdup_printf("%s %s", fault->pointer, fault->code));
    }
    g_ptr_array_sort(lines, compare_texts);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv(", ", (char **)lines->pdata);
}

UnattendSettings *settings_from(json_object *request, const char *machine_name)
{
    g_autoptr(Faults) faults = faults_new();
    UnattendSettings *settings = unattend_settings_parse(request, machine_name, faults);
    g_autofree char *brief = faults_brief(faults);
    g_assert_cmpstr(brief, ==, "");
    g_assert_nonnull(settings);
    return settings;
}
