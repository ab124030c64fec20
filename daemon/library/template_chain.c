// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a template: reading each, its form, and how they go over one another. What "request" may hold
// is template_check.c's.
#include <string.h>

#include "common/ids.h"
#include "daemon/library/template_parts.h"

#define MAX_TEMPLATE_BYTES (1u << 20)
#define MAX_DEVICES        16

static void template_file_free(gpointer data)
{
    TemplateFile *file = data;
    g_free(file->name);
    g_free(file->path);
    g_clear_pointer(&file->document, json_object_put);
    faults_free(file->faults);
    g_free(file);
}

static void check_limits(json_object *document, Faults *faults)
{
    json_object *limits = NULL;
    const char *const *known = template_limit_names();
    if (!json_get_object(document, "", "limits", &limits, faults))
        return;
    json_check_members(limits, "/limits", known, faults);
    for (gsize i = 0; known[i]; i++) {
        gint64 seconds;
        json_get_int(limits, "/limits", known[i], 5, 7 * 86400, &seconds, faults);
    }
}

static void check_devices(json_object *document, Faults *faults)
{
    json_object *devices = NULL;
    if (!json_get_array(document, "", "domain_devices", MAX_DEVICES, &devices, faults))
        return;
    for (gsize i = 0; i < json_object_array_length(devices); i++) {
        g_autofree char *pointer = json_pointer_append_index("/domain_devices", i);
        if (!json_object_is_type(json_object_array_get_idx(devices, i), json_type_string))
            faults_add(faults, pointer, "wrong-type", NULL, "must be a string of device XML");
    }
}

static void check_form(TemplateFile *file)
{
    static const char *const members[] = { "extends", "description", "architecture",
                                           "request", "limits",      "domain_devices",
                                           NULL };
    static const char *const architectures[] = { "amd64", "x86", NULL };
    json_object *document = file->document;
    const char *text = NULL;
    if (!json_check_members(document, "", members, file->faults))
        return;
    json_get_string(document, "", "description", 1024, &text, file->faults);
    if (json_get_string(document, "", "architecture", 16, &text, file->faults) &&
        !g_strv_contains(architectures, text))
        faults_add(file->faults, "/architecture", "bad-value", architectures, "must be \"amd64\" or \"x86\"");
    json_get_object(document, "", "request", &file->request, file->faults);
    check_limits(document, file->faults);
    check_devices(document, file->faults);
}

static TemplateFile *read_file(char *path, const char *name)
{
    TemplateFile *file = g_new0(TemplateFile, 1);
    g_autoptr(GError) error = NULL;
    file->name = g_strdup(name);
    file->path = path;
    file->faults = faults_new();
    file->document = json_read_file(path, MAX_TEMPLATE_BYTES, &error);
    if (file->document)
        check_form(file);
    else
        faults_add(file->faults, "", "unreadable", NULL, "%s", error->message);
    return file;
}

static gboolean is_in_chain(const GPtrArray *files, const char *name)
{
    for (guint i = 0; i < files->len; i++)
        if (strcmp(((TemplateFile *)files->pdata[i])->name, name) == 0)
            return TRUE;
    return FALSE;
}

// "a → b → a". The caller frees.
static char *chain_text(const GPtrArray *files, const char *last)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < files->len; i++)
        g_string_append_printf(text, "%s → ", ((TemplateFile *)files->pdata[i])->name);
    g_string_append(text, last);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

// The path of the template that @file extends; NULL if it extends none, or with a fault. The caller frees.
static char *parent_path(Daemon *daemon, const GPtrArray *files, const TemplateFile *file,
                         const char **ret_name)
{
    const char *name = NULL;
    if (!json_get_string(file->document, "", "extends", 256, &name, file->faults))
        return NULL;
    g_autofree char *path = name_is_valid(name) ? template_path(daemon, name) : NULL;
    g_autofree char *chain = chain_text(files, name);
    *ret_name = name;
    if (!path) {
        g_auto(GStrv) known = template_list(daemon, NULL);
        const char *near = known ? closest_name(name, (const char *const *)known) : NULL;
        faults_add(file->faults, "/extends", "unknown-template", (const char *const *)known,
                   "there is no template \"%s\"%s%s%s", name, near ? "; did you mean \"" : "",
                   near ? near : "", near ? "\"?" : "");
    } else if (is_in_chain(files, name)) {
        faults_add(file->faults, "/extends", "circle", NULL, "goes round in a circle: %s", chain);
    } else if (files->len >= TEMPLATE_MAX_FILES) {
        faults_add(file->faults, "/extends", "too-deep", NULL, "is more than %d templates deep: %s",
                   TEMPLATE_MAX_FILES, chain);
    } else {
        return g_steal_pointer(&path);
    }
    return NULL;
}

GPtrArray *template_chain_read(Daemon *daemon, const char *name)
{
    char *path = name_is_valid(name) ? template_path(daemon, name) : NULL;
    if (!path)
        return NULL;
    GPtrArray *files = g_ptr_array_new_with_free_func(template_file_free);
    while (path) {
        TemplateFile *file = read_file(path, name);
        g_ptr_array_add(files, file);
        path = parent_path(daemon, files, file, &name);
    }
    return files;
}

json_object *template_chain_merge(const GPtrArray *files, guint index)
{
    json_object *merged = json_object_new_object();
    for (guint i = files->len; i > index; i--) {
        const TemplateFile *file = files->pdata[i - 1];
        if (!json_object_is_type(file->document, json_type_object))
            continue; // its fault is known
        json_object *over = json_merge(merged, file->document);
        json_object_put(merged);
        merged = over;
    }
    json_object_object_del(merged, "extends");
    return merged;
}
