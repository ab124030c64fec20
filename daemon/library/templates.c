// SPDX-License-Identifier: GPL-3.0-or-later
// Templates from files. Which members a request may have is install/request.c's business.
#include "daemon/library/templates.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/install/request.h"

#define MAX_TEMPLATE_BYTES (256u << 10)

// Seconds. Phases in which the guest works have room for emulation; the stall limit ends them earlier when
// nothing moves.
static const struct {
    const char *name;
    guint seconds;
} default_limits[] = {
    { "inspect", 1800 }, { "preflight", 120 },   { "boot-disc", 1800 }, { "config-disc", 120 },
    { "disk", 300 },     { "define", 120 },      { "start", 120 },      { "winpe", 1800 },
    { "copy", 7200 },    { "specialize", 3600 }, { "oobe", 3600 },      { "first-logon", 7200 },
    { "ready", 1200 },   { "stall", 900 },
};

void template_free(Template *template)
{
    if (!template)
        return;
    g_free(template->name);
    g_free(template->description);
    g_free(template->architecture);
    g_strfreev(template->domain_devices);
    g_clear_pointer(&template->document, json_object_put);
    g_free(template);
}

static void check_limits(json_object *limits, Faults *faults)
{
    const char *known[G_N_ELEMENTS(default_limits) + 1] = { NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(default_limits); i++)
        known[i] = default_limits[i].name;
    json_check_members(limits, "/limits", known, faults);
    for (gsize i = 0; i < G_N_ELEMENTS(default_limits); i++) {
        gint64 seconds;
        json_get_int(limits, "/limits", known[i], 5, 7 * 86400, &seconds, faults);
    }
}

static char **read_devices(json_object *document, Faults *faults)
{
    json_object *devices = NULL;
    if (!json_get_array(document, "", "domain_devices", 16, &devices, faults))
        return g_new0(char *, 1);
    GPtrArray *strings = g_ptr_array_new();
    for (gsize i = 0; i < json_object_array_length(devices); i++) {
        json_object *device = json_object_array_get_idx(devices, i);
        g_autofree char *pointer = json_pointer_append_index("/domain_devices", i);
        if (json_object_is_type(device, json_type_string))
            g_ptr_array_add(strings, g_strdup(json_object_get_string(device)));
        else
            faults_add(faults, pointer, "wrong-type", NULL, "must be a string of device XML");
    }
    g_ptr_array_add(strings, NULL);
    return (char **)g_ptr_array_free(strings, FALSE);
}

static void read_document(Template *template, Faults *faults)
{
    static const char *const members[] = { "description", "architecture",   "request",
                                           "limits",      "domain_devices", NULL };
    static const char *const architectures[] = { "amd64", "x86", NULL };
    json_object *document = template->document, *limits = NULL;
    const char *text = NULL;
    if (!json_check_members(document, "", members, faults))
        return;
    if (json_get_string(document, "", "description", 1024, &text, faults))
        template->description = g_strdup(text);
    if (!json_get_string(document, "", "architecture", 16, &text, faults) ||
        !g_strv_contains(architectures, text))
        faults_add(faults, "/architecture", "required", architectures, "must be \"amd64\" or \"x86\"");
    else
        template->architecture = g_strdup(text);
    if (json_get_object(document, "", "request", &template->request, faults))
        machine_request_check_members(template->request, "/request", TRUE, faults);
    if (json_get_object(document, "", "limits", &limits, faults))
        check_limits(limits, faults);
    template->domain_devices = read_devices(document, faults);
}

static char *template_path(Daemon *daemon, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    char *own = g_build_filename(daemon->config->state, "templates", file, NULL);
    if (g_file_test(own, G_FILE_TEST_EXISTS))
        return own;
    g_free(own);
    return g_build_filename(daemon->config->templates, file, NULL);
}

Template *template_load(Daemon *daemon, const char *name, GError **error)
{
    g_autofree char *path = name_is_valid(name) ? template_path(daemon, name) : NULL;
    if (!path || !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND, "template \"%s\": no such template", name);
        return NULL;
    }
    g_autoptr(Template) template = g_new0(Template, 1);
    g_autoptr(Faults) faults = faults_new();
    GError *failure = NULL;
    template->name = g_strdup(name);
    template->document = json_read_file(path, MAX_TEMPLATE_BYTES, &failure);
    if (template->document)
        read_document(template, faults);
    if (failure || faults_count(faults) > 0) {
        g_autofree char *text = failure ? g_strdup(failure->message) : faults_to_text(faults);
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED, "bad-template: template %s: %s", path, text);
        g_clear_error(&failure);
        return NULL;
    }
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
