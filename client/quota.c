// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl quota: what there is, what is in use of it, and who waits.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/verbs.h"

#include <stdio.h>

static char *cell(json_object *part, const char *member)
{
    g_autofree char *used = value_text(json_object_object_get(part, "used"), member);
    g_autofree char *limit = value_text(json_object_object_get(part, "limits"), member);
    return limit ? g_strdup_printf("%s of %s", used ? used : "?", limit) : g_strdup(used ? used : "?");
}

static void print_waiting(json_object *host)
{
    static const char *const headers[] = { "JOB", "USER", "WAITING", NULL };
    json_object *waiting = json_object_object_get(host, "waiting");
    g_autoptr(Table) table = table_new(headers);
    for (gsize i = 0; i < json_object_array_length(waiting); i++) {
        json_object *item = json_object_array_get_idx(waiting, i);
        table_add(table, json_string_member(item, "job"), json_string_member(item, "user"),
                  json_string_member(item, "waiting"));
    }
    if (json_object_array_length(waiting) > 0) {
        putchar('\n');
        table_print(table, stdout);
    }
}

static void print_quota(json_object *quota)
{
    static const struct {
        const char *member, *label;
    } rows[] = { { "machines", "machines" },
                 { "vcpus", "processors" },
                 { "memory_mib", "memory, MiB" },
                 { "disk_gib", "disks, GiB" },
                 { "installs", "installs" } };
    json_object *host = json_object_object_get(quota, "host"), *user = json_object_object_get(quota, "user");
    const char *name = json_string_member(user, "name");
    const char *const headers[] = { "IN USE", "ALL", name ? name : "YOU", NULL };
    g_autoptr(Table) table = table_new(headers);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *all = cell(host, rows[i].member);
        g_autofree char *own = cell(user, rows[i].member);
        table_add(table, rows[i].label, all, own);
    }
    table_print(table, stdout);
    print_waiting(host);
}

static ExitCode run_quota(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 0, 0, arguments, &code);
    g_autofree char *path = words ? api_path("quota", NULL) : NULL;
    return path ? api_show(client, path, print_quota) : code;
}

const Verb verb_quota = {
    .name = "quota",
    .arguments = "",
    .summary = "Show quotas, what is in use of them, and which jobs wait",
    .notes =
        "Processors and memory are in use by machines that run, places and disks until they are deleted.\n",
    .examples = "  sevenctl quota\n",
    .run = run_quota,
};
