// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl ls, show: the machines.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

static void print_list(json_object *list)
{
    static const char *const headers[] = { "NAME",         "STATE", "POWER",   "EDITION",
                                           "ARCHITECTURE", "DISC",  "CREATED", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *machines = json_object_object_get(list, "vms");
    for (gsize i = 0; i < json_object_array_length(machines); i++) {
        json_object *machine = json_object_array_get_idx(machines, i);
        g_autofree char *created = time_text(json_string_member(machine, "created"));
        table_add(table, json_string_member(machine, "name"), json_string_member(machine, "state"),
                  json_string_member(machine, "power"), json_string_member(machine, "edition"),
                  json_string_member(machine, "architecture"), json_string_member(machine, "disc"), created);
    }
    table_print(table, stdout);
}

static ExitCode run_ls(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean names = FALSE;
    g_autofree char *state = NULL;
    const GOptionEntry entries[] = {
        { "state", 0, 0, G_OPTION_ARG_FILENAME, &state, "only installing, ready, failed or deleting ones",
          "STATE" },
        { "names", 0, 0, G_OPTION_ARG_NONE, &names, "names only, a line each", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 0, arguments, &code);
    if (!words)
        return code;
    g_autoptr(GString) path = g_string_new("/v1/vms");
    if (state) {
        g_string_append(path, "?state=");
        g_string_append_uri_escaped(path, state, NULL, FALSE);
    }
    g_autoptr(json_object) list = NULL;
    code = api_list(client, path->str, "vms", 0, &list);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print(list);
    else if (names)
        print_names(list, "vms", "name");
    else
        print_list(list);
    return EXIT_OK;
}

const Verb verb_ls = {
    .name = "ls",
    .arguments = "",
    .summary = "List the machines",
    .examples = "  sevenctl ls\n"
                "  sevenctl ls --state failed --names | xargs -r sevenctl rm\n",
    .run = run_ls,
};

static void add_error(Table *table, json_object *machine)
{
    json_object *error = json_object_object_get(machine, "error");
    if (!json_object_is_type(error, json_type_object))
        return;
    show_member(table, error, "message", "error:");
    show_member(table, error, "code", "error code:");
}

static void add_agent(Table *table, json_object *machine)
{
    json_object *agent = json_object_object_get(machine, "agent");
    if (!json_object_is_type(agent, json_type_object))
        return;
    json_object_object_foreach(agent, member, value)
    {
        (void)value;
        g_autofree char *label = g_strdup_printf("agent %s:", member);
        g_strdelimit(label, "_", ' ');
        show_member(table, agent, member, label);
    }
}

static void print_machine(json_object *document)
{
    static const char *const members[] = { "name",      "state",        "power",         "template", "disc",
                                           "edition",   "architecture", "computer_name", "created",  "job",
                                           "boot_disc", "image",        "uuid" };
    json_object *machine = api_unwrap(document, "vm");
    g_autoptr(Table) table = table_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *label = g_strdup_printf("%s:", members[i]);
        g_autofree char *created = NULL;
        g_strdelimit(label, "_", ' ');
        if (!strcmp(members[i], "created"))
            table_add(table, label, created = time_text(json_string_member(machine, "created")));
        else
            show_member(table, machine, members[i], label);
        if (!strcmp(members[i], "power"))
            add_error(table, machine);
    }
    add_agent(table, machine);
    table_print(table, stdout);
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("vms", words[0], NULL);
    return api_show(client, path, print_machine);
}

const Verb verb_show = {
    .name = "show",
    .arguments = "NAME",
    .summary = "Show a machine",
    .examples = "  sevenctl show compat-01\n"
                "  sevenctl show compat-01 --json | jq .request\n",
    .run = run_show,
};
