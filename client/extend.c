// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl extend: when a machine goes by itself.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

static void print(json_object *machine)
{
    const char *expires = json_string_member(machine, "expires");
    g_autofree char *name = safe_line(json_string_member(machine, "name"));
    g_autofree char *when = expires ? time_text(expires) : NULL;
    if (when)
        printf("%s: is deleted at %s\n", name, when);
    else
        printf("%s: stays until it is deleted\n", name);
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 2, 2, arguments, &code);
    if (!words)
        return code;
    if (!g_utf8_validate(words[1], -1, NULL))
        return report_usage(verb, "\"%s\" is no length of time", words[1]);
    g_autoptr(json_object) body = json_object_new_object();
    json_object_object_add(body, "lifetime",
                           strcmp(words[1], "never") == 0 ? NULL : json_object_new_string(words[1]));
    g_autofree char *path = api_path("vms", words[0], NULL);
    const HttpRequest request = { .method = "PATCH", .path = path, .body = json_object_to_json_string(body) };
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    code = api_call(client, &request, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print_raw(answer);
    else
        print(document);
    return EXIT_OK;
}

const Verb verb_extend = {
    .name = "extend",
    .arguments = "NAME TIME",
    .summary = "Set when a machine is deleted by itself",
    .notes = "TIME counts from now on: 90s, 30m, 4h, 2d; or never.\n",
    .examples = "  sevenctl extend compat-01 4h\n"
                "  sevenctl extend compat-01 never\n",
    .run = run,
};
