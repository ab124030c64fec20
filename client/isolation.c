// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl isolation: the evidence that a machine has no way out.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/verbs.h"

#include <stdio.h>

static void print_report(json_object *report, const char *machine, gboolean isolated)
{
    static const char *const headers[] = { "CHECK", "WHERE", "RESULT", "DETAIL", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *checks = json_object_object_get(report, "checks");
    gsize count = json_object_is_type(checks, json_type_array) ? json_object_array_length(checks) : 0;
    for (gsize i = 0; i < count; i++) {
        json_object *check = json_object_array_get_idx(checks, i);
        gboolean ok = json_object_get_boolean(json_object_object_get(check, "ok"));
        table_add(table, json_string_member(check, "name"), json_string_member(check, "where"),
                  ok ? "ok" : "VIOLATED", json_string_member(check, "detail"));
    }
    table_print(table, stdout);
    g_autofree char *checked = time_text(json_string_member(report, "checked"));
    printf("\n%s is %s (checked %s)\n", machine, isolated ? "isolated" : "NOT isolated", checked);
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("vms", words[0], "isolation", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) report = NULL;
    code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &report);
    if (code != EXIT_OK)
        return code;
    gboolean isolated = json_object_get_boolean(json_object_object_get(report, "isolated"));
    if (client->json)
        api_print_raw(answer);
    else
        print_report(report, words[0], isolated);
    return isolated ? EXIT_OK : EXIT_FAILED;
}

const Verb verb_isolation = {
    .name = "isolation",
    .arguments = "NAME",
    .summary = "Show the evidence that a machine has no network and no other way out",
    .notes = "Exit code 0 if it is isolated, 1 if it is not.\n",
    .examples = "  sevenctl isolation compat-01\n",
    .run = run,
};
