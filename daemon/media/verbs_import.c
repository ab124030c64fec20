// SPDX-License-Identifier: GPL-3.0-or-later
// import-driver: the verb that unpacks.
#include "verbs.h"

#include "driver_import.h"
#include "verb_options.h"

static json_object *import_json(const DriverImport *import)
{
    json_object *object = json_object_new_object(), *folders = json_object_new_array();
    for (guint i = 0; i < import->folders->len; i++)
        json_object_array_add(folders, json_object_new_string(g_ptr_array_index(import->folders, i)));
    json_object_object_add(object, "kind", json_object_new_string(import->kind));
    json_object_object_add(object, "folders", folders);
    json_object_object_add(object, "files", json_object_new_uint64(import->files));
    json_object_object_add(object, "bytes", json_object_new_uint64(import->bytes));
    json_object_object_add(object, "left_out", json_object_new_uint64(import->left_out));
    return object;
}

json_object *verb_import_driver(char **arguments, GError **error)
{
    g_autofree char *archive = NULL, *architecture = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        { "archive", 0, 0, G_OPTION_ARG_FILENAME, &archive, NULL, NULL },
        { "architecture", 0, 0, G_OPTION_ARG_STRING, &architecture, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { 0 },
    };
    static const char *const architectures[] = { "amd64", "x86", NULL };
    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("archive", archive, error) ||
        !verb_option_required("output", output, error))
        return NULL;
    if (architecture != NULL && !g_strv_contains(architectures, architecture)) {
        g_set_error(error, USAGE_ERROR, 0, "--architecture is amd64 or x86");
        return NULL;
    }
    g_autoptr(DriverImport) import = driver_import(archive, output, architecture, error);
    return import == NULL ? NULL : import_json(import);
}
