// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl disc ls, show, verify, rm: the vendor's discs and what inspection found on them. Adding one is
// disc_add.c's.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"
#include "client/follow.h"

#include <stdio.h>

static void print_list(json_object *document)
{
    static const char *const headers[] = { "NAME", "SIZE", "STATE", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *discs = json_object_object_get(document, "discs");
    gsize count = json_object_is_type(discs, json_type_array) ? json_object_array_length(discs) : 0;
    for (gsize i = 0; i < count; i++) {
        json_object *disc = json_object_array_get_idx(discs, i);
        g_autofree char *size = size_text(disc, "size");
        table_add(table, json_string_member(disc, "name"), size, json_string_member(disc, "state"));
    }
    table_print(table, stdout);
}

static void print_name_list(json_object *document)
{
    print_names(document, "discs", "name");
}

static ExitCode run_ls(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean names = FALSE;
    const GOptionEntry entries[] = {
        { "names", 0, 0, G_OPTION_ARG_NONE, &names, "names only, a line each", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 0, arguments, &code);
    return words ? api_show(client, "/v1/discs", names ? print_name_list : print_list) : code;
}

const Verb verb_disc_ls = {
    .name = "disc ls",
    .arguments = "",
    .summary = "List the Windows discs in the disc folder",
    .examples = "  sevenctl disc ls\n",
    .run = run_ls,
};

static void print_editions(json_object *inspection)
{
    static const char *const headers[] = { "INDEX", "EDITION", "NAME", "ARCHITECTURE", "SIZE", NULL };
    json_object *editions = json_object_object_get(inspection, "editions");
    gsize count = json_object_is_type(editions, json_type_array) ? json_object_array_length(editions) : 0;
    if (!count)
        return;
    g_autoptr(Table) table = table_new(headers);
    for (gsize i = 0; i < count; i++) {
        json_object *edition = json_object_array_get_idx(editions, i);
        g_autofree char *index = value_text(edition, "index");
        g_autofree char *size = size_text(edition, "size_bytes");
        const char *name = json_string_member(edition, "display_name");
        table_add(table, index, json_string_member(edition, "edition_id"),
                  name ? name : json_string_member(edition, "name"),
                  json_string_member(edition, "architecture"), size);
    }
    putchar('\n');
    table_print(table, stdout);
}

static void add_build(Table *table, json_object *inspection)
{
    g_autofree char *windows = value_text(inspection, "windows");
    g_autofree char *build = value_text(inspection, "build");
    g_autofree char *revision = value_text(inspection, "sp_build");
    gint64 service_pack = json_int_member(inspection, "service_pack", 0);
    g_autofree char *pack =
        service_pack ? g_strdup_printf(", service pack %" G_GINT64_FORMAT, service_pack) : g_strdup("");
    g_autofree char *text = g_strdup_printf("Windows %s%s (build %s.%s)", windows ? windows : "?", pack,
                                            build ? build : "?", revision ? revision : "?");
    table_add(table, "system:", text);
}

static void add_findings(Table *table, json_object *document)
{
    json_object *hashes = json_object_object_get(document, "hashes");
    json_object *known = json_object_object_get(document, "known");
    json_object *verification = json_object_object_get(document, "verification");
    if (json_object_is_type(hashes, json_type_object)) {
        show_member(table, hashes, "sha1", "SHA-1:");
        show_member(table, hashes, "sha256", "SHA-256:");
    }
    if (json_object_is_type(known, json_type_object))
        show_member(table, known, "statement", "known as:");
    if (json_object_is_type(verification, json_type_object)) {
        g_autofree char *checked = time_text(json_string_member(verification, "checked"));
        const char *message = json_string_member(verification, "message");
        const char *state = json_string_member(verification, "state");
        g_autofree char *text = g_strdup_printf("%s (%s)%s%s", state ? state : "?", checked,
                                                message ? ": " : "", message ? message : "");
        table_add(table, "images:", text);
    }
}

static void print_disc(json_object *document)
{
    g_autoptr(Table) table = table_new(NULL);
    json_object *inspection = json_object_object_get(document, "inspection");
    json_object *refused = json_object_object_get(document, "refused");
    g_autofree char *size = size_text(document, "size");
    show_member(table, document, "name", "name:");
    show_member(table, document, "file", "file:");
    table_add(table, "size:", size);
    if (json_object_is_type(refused, json_type_object)) {
        show_member(table, refused, "message", "refused:");
        show_member(table, refused, "code", "code:");
    }
    if (json_object_is_type(inspection, json_type_object)) {
        json_object *ei_cfg = json_object_object_get(inspection, "ei_cfg");
        add_build(table, inspection);
        show_member(table, inspection, "architecture", "architecture:");
        show_member(table, inspection, "winload_version", "winload.exe:");
        show_member(table, inspection, "sha2_drivers", "SHA-2 drivers:");
        show_member(table, inspection, "languages", "languages:");
        show_member(table, inspection, "volume_id", "volume:");
        show_member(table, inspection, "filesystem", "file system:");
        if (json_object_is_type(ei_cfg, json_type_object))
            show_member(table, ei_cfg, "channel", "ei.cfg channel:");
    }
    add_findings(table, document);
    table_print(table, stdout);
    print_editions(inspection);
}

ExitCode disc_show(Client *client, const char *name)
{
    g_autofree char *path = api_path("discs", name, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print_raw(answer);
    else
        print_disc(document);
    return json_object_object_get_ex(document, "refused", NULL) ? EXIT_REFUSED : EXIT_OK;
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("discs", words[0], NULL);
    return api_show(client, path, print_disc);
}

const Verb verb_disc_show = {
    .name = "disc show",
    .arguments = "NAME",
    .summary = "Show what is on a disc: system, architecture, editions",
    .examples = "  sevenctl disc show win7-sp1-x64\n"
                "  sevenctl disc show win7-sp1-x64 --json | jq -r '.inspection.editions[].edition_id'\n",
    .run = run_show,
};

static ExitCode run_rm(Client *client, const Verb *verb, char **arguments)
{
    return api_delete_each(client, verb, "discs", arguments);
}

const Verb verb_disc_rm = {
    .name = "disc rm",
    .arguments = "NAME…",
    .summary = "Delete discs from the disc folder",
    .notes = "Does not ask. A disc that a machine is being installed from stays (exit code 5).\n",
    .examples = "  sevenctl disc rm win7-rtm-x86\n",
    .run = run_rm,
};

static ExitCode run_verify(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    g_autofree char *path = api_path("discs", words[0], "verify", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_post(client, path, NULL, &answer);
    return code == EXIT_OK ? follow_answer(client, answer, words[0], "verifying", TRUE, &limits) : code;
}

const Verb verb_disc_verify = {
    .name = "disc verify",
    .arguments = "NAME",
    .summary = "Read a disc's images whole and check every file in them",
    .notes = "Reads boot.wim and install.wim and compares each file's content with the hash that the image\n"
             "gives for it. Takes as long as reading and unpacking 3 GB does. The result is kept:\n"
             "\"disc show\" shows it.\n",
    .examples = "  sevenctl disc verify win7-sp1-x64\n",
    .run = run_verify,
};
