// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl version: of the client, the daemon and its libvirt.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/verbs.h"

#include <stdio.h>

static void print_version(json_object *document)
{
    g_autoptr(Table) table = table_new(NULL);
    json_object *libvirt = json_object_object_get(document, "libvirt");
    table_add(table, "sevenctl:", SEVEND_VERSION);
    show_member(table, document, "version", "sevend:");
    show_member(table, document, "api", "API:");
    if (json_object_is_type(libvirt, json_type_object)) {
        show_member(table, libvirt, "version", "libvirt:");
        show_member(table, libvirt, "uri", "libvirt at:");
        show_member(table, libvirt, "connected", "connected:");
    }
    show_member(table, document, "virt_type", "virtualisation:");
    table_print(table, stdout);
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 0, 0, arguments, &code);
    return words ? api_show(client, "/v1", print_version) : code;
}

const Verb verb_version = {
    .name = "version",
    .arguments = "",
    .summary = "Show the versions of client, daemon and libvirt",
    .notes = "Without a daemon: sevenctl --version.\n",
    .examples = "  sevenctl version\n",
    .run = run,
};
