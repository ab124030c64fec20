// SPDX-License-Identifier: GPL-3.0-or-later
// Templates by name. Reading their files is template_chain.c's, checking what they ask for
// template_check.c's.
#include "daemon/library/templates.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/library/template_parts.h"

// Seconds. Phases in which the guest works have room for emulation; the stall limit ends them earlier when
// nothing moves.
static const struct {
    const char *name;
    guint seconds;
} default_limits[] = {
    { "inspect", 1800 }, { "preflight", 120 },   { "boot-disc", 1800 }, { "config-disc", 120 },
    { "disk", 300 },     { "define", 120 },      { "start", 120 },      { "winpe", 1800 },
    { "copy", 7200 },    { "specialize", 3600 }, { "oobe", 3600 },      { "first-logon", 7200 },
    { "ready", 1200 },   { "stall", 150 },
};

void template_free(Template *template)
{
    if (!template)
        return;
    g_free(template->name);
    g_free(template->description);
    g_free(template->architecture);
    g_strfreev(template->domain_devices);
    g_clear_pointer(&template->files, g_ptr_array_unref);
    g_clear_pointer(&template->document, json_object_put);
    g_free(template);
}

const char *const *template_limit_names(void)
{
    static const char *names[G_N_ELEMENTS(default_limits) + 1];
    static gsize made = 0;
    if (g_once_init_enter(&made)) {
        for (gsize i = 0; i < G_N_ELEMENTS(default_limits); i++)
            names[i] = default_limits[i].name;
        g_once_init_leave(&made, 1);
    }
    return names;
}

char *template_path(Daemon *daemon, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    g_autofree char *own = g_build_filename(daemon->config->state, "templates", file, NULL);
    g_autofree char *shipped = g_build_filename(daemon->config->templates, file, NULL);
    if (g_file_test(own, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&own);
    return g_file_test(shipped, G_FILE_TEST_EXISTS) ? g_steal_pointer(&shipped) : NULL;
}

// Of documents whose faults are known to be none.
static void take_document(Template *template)
{
    json_object *devices = NULL;
    GPtrArray *strings = g_ptr_array_new();
    template->description = g_strdup(json_string_member(template->document, "description"));
    template->architecture = g_strdup(json_string_member(template->document, "architecture"));
    json_object_object_get_ex(template->document, "request", &template->request);
    json_object_object_get_ex(template->document, "domain_devices", &devices);
    for (gsize i = 0; devices && i < json_object_array_length(devices); i++)
        g_ptr_array_add(strings, g_strdup(json_object_get_string(json_object_array_get_idx(devices, i))));
    g_ptr_array_add(strings, NULL);
    template->domain_devices = (char **)g_ptr_array_free(strings, FALSE);
}

static void check_architecture(const Template *template)
{
    const TemplateFile *own = template->files->pdata[0];
    json_object *member = NULL;
    // Of a file that is not even read, or whose value is no text, the fault is known.
    if (json_object_is_type(own->document, json_type_object) &&
        !json_object_object_get_ex(template->document, "architecture", &member))
        faults_add(own->faults, "/architecture", "required", NULL,
                   "is required, here or in a template that this one extends");
}

// "FILE: POINTER: MESSAGE; …" of all files, or NULL if there is no fault. The caller frees.
static char *all_faults(const GPtrArray *files)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < files->len; i++) {
        const TemplateFile *file = files->pdata[i];
        for (guint j = 0; j < faults_count(file->faults); j++) {
            const Fault *fault = faults_get(file->faults, j);
            g_string_append_printf(text, "%s%s: %s%s%s", text->len > 0 ? "; " : "", file->path,
                                   fault->pointer, *fault->pointer ? ": " : "", fault->message);
        }
    }
    return text->len > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

Template *template_load(Daemon *daemon, const char *name, GError **error)
{
    g_autoptr(Template) template = g_new0(Template, 1);
    template->files = template_chain_read(daemon, name);
    if (!template->files) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND, "template \"%s\": no such template", name);
        return NULL;
    }
    template->name = g_strdup(name);
    template->document = template_chain_merge(template->files, 0);
    check_architecture(template);
    template_chain_check(template->files, daemon->config->machines);
    g_autofree char *faults = all_faults(template->files);
    if (faults) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED, "bad-template: template \"%s\": %s", name,
                    faults);
        return NULL;
    }
    take_document(template);
    return g_steal_pointer(&template);
}

static gboolean add_names(GHashTable *names, const char *folder, gboolean required, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, required ? error : NULL);
    if (!dir)
        return !required;
    const char *file;
    while ((file = g_dir_read_name(dir))) {
        if (!g_str_has_suffix(file, ".json"))
            continue;
        g_autofree char *name = g_strndup(file, strlen(file) - strlen(".json"));
        if (name_is_valid(name))
            g_hash_table_add(names, g_steal_pointer(&name));
    }
    return TRUE;
}

char **template_list(Daemon *daemon, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *own = g_build_filename(daemon->config->state, "templates", NULL);
    if (!add_names(names, daemon->config->templates, TRUE, error) || !add_names(names, own, FALSE, error))
        return NULL;
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(names), (GCompareFunc)strcmp);
    GPtrArray *list = g_ptr_array_new();
    for (GList *key = keys; key; key = key->next)
        g_ptr_array_add(list, g_strdup(key->data));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

guint template_limit(const Template *template, const char *phase)
{
    json_object *limits = NULL;
    guint seconds = 300;
    for (gsize i = 0; i < G_N_ELEMENTS(default_limits); i++)
        if (strcmp(default_limits[i].name, phase) == 0)
            seconds = default_limits[i].seconds;
    if (template && json_object_object_get_ex(template->document, "limits", &limits))
        seconds = (guint)json_int_member(limits, phase, seconds);
    return seconds;
}
