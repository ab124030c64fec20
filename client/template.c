// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl template ls, template show: machine templates.
#include "client/api.h"
#include "client/options.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

static void print_list(json_object *document)
{
    static const char *const headers[] = { "NAME", "ARCHITECTURE", "DESCRIPTION", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *templates = json_object_object_get(document, "templates");
    gsize count = json_object_is_type(templates, json_type_array) ? json_object_array_length(templates) : 0;
    for (gsize i = 0; i < count; i++) {
        json_object *item = json_object_array_get_idx(templates, i);
        json_object *error = json_object_object_get(item, "error");
        const gboolean broken = json_object_is_type(error, json_type_object);
        table_add(table, json_string_member(item, "name"), json_string_member(item, "architecture"),
                  broken ? json_string_member(error, "message") : json_string_member(item, "description"));
    }
    table_print(table, stdout);
}

static void print_name_list(json_object *document)
{
    print_names(document, "templates", "name");
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
    return words ? api_show(client, "/v1/templates", names ? print_name_list : print_list) : code;
}

const Verb verb_template_ls = {
    .name = "template ls",
    .arguments = "",
    .summary = "List the machine templates",
    .examples = "  sevenctl template ls\n",
    .run = run_ls,
};

// A template is JSON that people write, so JSON is how they read it.
static void print_template(json_object *document)
{
    const char *text = json_object_to_json_string_ext(
        document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    safe_write(stdout, text, strlen(text));
    putchar('\n');
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("templates", words[0], NULL);
    return api_show(client, path, print_template);
}

const Verb verb_template_show = {
    .name = "template show",
    .arguments = "NAME",
    .summary = "Show a machine template, with what it takes from those it extends",
    .examples = "  sevenctl template show win7-pro-x64\n",
    .run = run_show,
};
