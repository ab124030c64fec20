// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl driver ls, driver show, driver rm: driver packages and their INF files.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>

static void print_list(json_object *document)
{
    print_names(document, "drivers", "name");
}

static ExitCode run_ls(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean names = FALSE;
    const GOptionEntry entries[] = {
        { "names", 0, 0, G_OPTION_ARG_NONE, &names, "names only, a line each (as it does anyway)", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 0, arguments, &code);
    return words ? api_show(client, "/v1/drivers", print_list) : code;
}

const Verb verb_driver_ls = {
    .name = "driver ls",
    .arguments = "",
    .summary = "List the driver packages",
    .examples = "  sevenctl driver ls\n",
    .run = run_ls,
};

static json_object *array_member(json_object *object, const char *name, gsize *ret_count)
{
    json_object *array = json_object_object_get(object, name);
    *ret_count = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
    return array;
}

// "sha1", "both", or why there is no signature. The caller frees.
static char *signature_text(json_object *target)
{
    json_object *signature = json_object_object_get(target, "signature");
    const char *state = json_string_member(signature, "state");
    const char *digest = json_string_member(signature, "digest");
    return g_strdup(g_strcmp0(state, "signed") == 0 && digest ? digest : state);
}

static char *files_text(json_object *target)
{
    gsize count = 0, missing = 0;
    json_object *files = array_member(target, "files", &count);
    for (gsize i = 0; i < count; i++) {
        json_object *present = json_object_object_get(json_object_array_get_idx(files, i), "present");
        missing += !json_object_get_boolean(present);
    }
    return missing ? g_strdup_printf("%zu, %zu missing", count, missing) : g_strdup_printf("%zu", count);
}

static void add_targets(Table *table, json_object *inf)
{
    gsize count = 0;
    json_object *targets = array_member(inf, "targets", &count);
    for (gsize i = 0; i < count; i++) {
        json_object *target = json_object_array_get_idx(targets, i);
        g_autofree char *signature = signature_text(target);
        g_autofree char *files = files_text(target);
        g_autofree char *ids = value_text(target, "hardware_ids");
        table_add(table, json_string_member(inf, "path"), json_string_member(target, "architecture"),
                  signature, files, ids);
    }
}

// What each INF is for, and below that what is wrong with it.
static void print_targets(json_object *infs, gsize count)
{
    static const char *const headers[] = { "INF", "FOR", "SIGNED", "FILES", "HARDWARE IDS", NULL };
    g_autoptr(Table) table = table_new(headers);
    g_autoptr(GString) problems = g_string_new(NULL);
    for (gsize i = 0; i < count; i++) {
        json_object *inf = json_object_array_get_idx(infs, i);
        gsize found = 0;
        json_object *list = array_member(inf, "problems", &found);
        add_targets(table, inf);
        for (gsize j = 0; j < found; j++) {
            g_autofree char *message =
                safe_line(json_string_member(json_object_array_get_idx(list, j), "message"));
            g_string_append_printf(problems, "  %s\n", message);
        }
    }
    putchar('\n');
    table_print(table, stdout);
    if (problems->len > 0)
        printf("\nproblems:\n%s", problems->str);
}

void driver_print(json_object *document)
{
    static const char *const headers[] = {
        "INF", "CLASS", "BOOT", "PROVIDER", "VERSION", "DATE", "FOR", NULL
    };
    g_autoptr(Table) table = table_new(NULL);
    json_object *inspection = json_object_object_get(document, "inspection");
    json_object *infs = json_object_object_get(inspection, "infs");
    json_object *refused = json_object_object_get(document, "refused");
    gsize count = json_object_is_type(infs, json_type_array) ? json_object_array_length(infs) : 0;
    show_member(table, document, "name", "name:");
    show_member(table, inspection, "files", "files:");
    if (json_object_is_type(refused, json_type_object))
        show_member(table, refused, "message", "refused:");
    if (json_object_object_get_ex(inspection, "bytes", NULL)) {
        g_autofree char *size = size_text(inspection, "bytes");
        table_add(table, "size:", size);
    }
    table_print(table, stdout);
    if (!count)
        return;
    g_autoptr(Table) list = table_new(headers);
    for (gsize i = 0; i < count; i++) {
        json_object *inf = json_object_array_get_idx(infs, i);
        g_autofree char *boot = value_text(inf, "boot_critical");
        g_autofree char *architectures = value_text(inf, "architectures");
        table_add(list, json_string_member(inf, "path"), json_string_member(inf, "class"), boot,
                  json_string_member(inf, "provider"), json_string_member(inf, "version"),
                  json_string_member(inf, "date"), architectures);
    }
    putchar('\n');
    table_print(list, stdout);
    print_targets(infs, count);
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("drivers", words[0], NULL);
    return api_show(client, path, driver_print);
}

static ExitCode run_rm(Client *client, const Verb *verb, char **arguments)
{
    return api_delete_each(client, verb, "drivers", arguments);
}

const Verb verb_driver_rm = {
    .name = "driver rm",
    .arguments = "NAME…",
    .summary = "Delete driver packages",
    .notes = "Does not ask. A package that a machine is being installed with stays (exit code 5).\n",
    .examples = "  sevenctl driver rm virtio-win-w7\n",
    .run = run_rm,
};

const Verb verb_driver_show = {
    .name = "driver show",
    .arguments = "NAME",
    .summary = "Show a driver package: its INF files, hardware ids, signatures, problems",
    .examples = "  sevenctl driver show virtio-win-w7-amd64\n",
    .run = run_show,
};
