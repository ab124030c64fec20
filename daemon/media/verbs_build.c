// SPDX-License-Identifier: GPL-3.0-or-later
// build-boot-disc, export-disc and build-config-disc: the verbs that write.
#include "verbs.h"

#include <string.h>

#include "boot_disc.h"
#include "config_disc.h"
#include "export_disc.h"
#include "verb_options.h"

static void boot_driver_free(BootDriver *driver)
{
    g_free(driver->name);
    g_free(driver->directory);
    g_free(driver);
}

static GPtrArray *parse_drivers(char **pairs, GError **error)
{
    g_autoptr(GPtrArray) drivers = g_ptr_array_new_with_free_func((GDestroyNotify)boot_driver_free);

    for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++) {
        const char *equals = strchr(pairs[i], '=');
        if (equals == NULL || equals == pairs[i] || equals[1] == '\0') {
            g_set_error(error, USAGE_ERROR, 0, "--driver \"%s\" is not NAME=DIR", pairs[i]);
            return NULL;
        }
        BootDriver *driver = g_new0(BootDriver, 1);
        driver->name = g_strndup(pairs[i], (gsize)(equals - pairs[i]));
        driver->directory = g_strdup(equals + 1);
        g_ptr_array_add(drivers, driver);
    }
    return g_steal_pointer(&drivers);
}

static json_object *boot_disc_json(const BootDiscResult *built, const char *hash_name,
                                   const GPtrArray *drivers)
{
    json_object *result = json_object_new_object();
    json_object *names = json_object_new_array();
    json_object *drvload = json_object_new_array();

    for (guint i = 0; i < drivers->len; i++)
        json_object_array_add(names,
                              json_object_new_string(((BootDriver *)g_ptr_array_index(drivers, i))->name));
    for (guint i = 0; i < built->drvload->len; i++)
        json_object_array_add(drvload, json_object_new_string(g_ptr_array_index(built->drvload, i)));
    json_object_object_add(result, "size", json_object_new_uint64(built->size));
    json_object_object_add(result, hash_name, json_object_new_string(built->hash));
    json_object_object_add(result, "boot_wim_size", json_object_new_uint64(built->boot_wim_size));
    json_object_object_add(result, "drivers", names);
    json_object_object_add(result, "drvload", drvload);
    return result;
}

static gboolean collect_files(char **pairs, const char *list, GPtrArray *files, GError **error)
{
    for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++) {
        ConfigDiscFile *file = config_disc_file_parse(pairs[i], error);
        if (file == NULL)
            return FALSE;
        g_ptr_array_add(files, file);
    }
    return list == NULL || config_disc_read_list(list, files, error);
}

// A boot disc or, with `exported`, a remaster, whose further files are then collected too.
static json_object *build_boot_disc(char **arguments, gboolean exported, GError **error)
{
    g_autofree char *disc = NULL;
    g_auto(GStrv) driver_pairs = NULL, file_pairs = NULL;
    g_autofree char *start_cmd = NULL;
    g_autofree char *agent = NULL;
    g_autofree char *output = NULL;
    const GOptionEntry entries[] = {
        { "disc", 0, 0, G_OPTION_ARG_FILENAME, &disc, NULL, NULL },
        { "driver", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &driver_pairs, NULL, NULL },
        { "start-cmd", 0, 0, G_OPTION_ARG_FILENAME, &start_cmd, NULL, NULL },
        { "agent", 0, 0, G_OPTION_ARG_FILENAME, &agent, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { exported ? "file" : NULL, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &file_pairs, NULL, NULL },
        { 0 },
    };
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)config_disc_file_free);

    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("disc", disc, error) ||
        !verb_option_required("start-cmd", start_cmd, error) ||
        !verb_option_required("agent", agent, error) || !verb_option_required("output", output, error) ||
        !collect_files(file_pairs, NULL, files, error))
        return NULL;
    g_autoptr(GPtrArray) drivers = parse_drivers(driver_pairs, error);
    if (drivers == NULL)
        return NULL;
    BootDiscRequest request = {
        .disc = disc, .drivers = drivers, .start_cmd = start_cmd, .agent = agent, .output = output
    };
    g_auto(BootDiscResult) built = { 0 };
    Progress progress = { 0 };
    if (!(exported ? export_disc_build(&request, files, &built, &progress, error)
                   : boot_disc_build(&request, &built, &progress, error)))
        return NULL;
    return boot_disc_json(&built, exported ? "sha256" : "xxh128", drivers);
}

json_object *verb_build_boot_disc(char **arguments, GError **error)
{
    return build_boot_disc(arguments, FALSE, error);
}

json_object *verb_export_disc(char **arguments, GError **error)
{
    return build_boot_disc(arguments, TRUE, error);
}

static json_object *build_files(const char *output, const char *volume_id, const GPtrArray *files,
                                guint64 most, GError **error)
{
    Progress progress = { 0 };
    guint64 size = 0;
    if (!config_disc_build(output, volume_id, files, most, &progress, &size, error))
        return NULL;
    json_object *result = json_object_new_object();
    json_object_object_add(result, "size", json_object_new_uint64(size));
    return result;
}

json_object *verb_build_config_disc(char **arguments, GError **error)
{
    g_autofree char *output = NULL;
    g_autofree char *volume_id = NULL;
    g_auto(GStrv) pairs = NULL;
    g_autofree char *list = NULL;
    const GOptionEntry entries[] = {
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { "volume-id", 0, 0, G_OPTION_ARG_STRING, &volume_id, NULL, NULL },
        { "file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &pairs, NULL, NULL },
        { "file-list", 0, 0, G_OPTION_ARG_FILENAME, &list, NULL, NULL },
        { 0 },
    };
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)config_disc_file_free);

    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("output", output, error) ||
        !verb_option_required("volume-id", volume_id, error) || !collect_files(pairs, list, files, error))
        return NULL;
    return build_files(output, volume_id, files, CONFIG_DISC_MOST, error);
}

// As a config disc, for one large file on its way into a machine.
json_object *verb_build_file_disc(char **arguments, GError **error)
{
    g_autofree char *output = NULL;
    g_auto(GStrv) pairs = NULL;
    const GOptionEntry entries[] = {
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { "file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &pairs, NULL, NULL },
        { 0 },
    };
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)config_disc_file_free);

    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("output", output, error) ||
        !collect_files(pairs, NULL, files, error))
        return NULL;
    return build_files(output, "SEVEND_FILE", files, FILE_DISC_MOST, error);
}
