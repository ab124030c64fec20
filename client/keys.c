// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl keys: types on a machine's keyboard.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"

static json_object *build_body(const char *text, char **presses)
{
    json_object *body = json_object_new_object();
    if (text) {
        json_object_object_add(body, "type", json_object_new_string(text));
        return body;
    }
    json_object *array = json_object_new_array();
    for (; *presses; presses++)
        json_object_array_add(array, json_object_new_string(*presses));
    json_object_object_add(body, "press", array);
    return body;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *text = NULL;
    const GOptionEntry entries[] = {
        { "type", 't', 0, G_OPTION_ARG_STRING, &text,
          "type this, as on a US keyboard, instead of pressing keys", "TEXT" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, G_MAXINT, arguments, &code);
    if (!words)
        return code;
    if ((text == NULL) == (words[1] == NULL))
        return report_usage(verb, "either --type TEXT or keys");
    g_autofree char *path = api_path("vms", words[0], "keys", NULL);
    g_autoptr(json_object) body = build_body(text, words + 1);
    g_autoptr(HttpAnswer) answer = NULL;
    return api_post(client, path, json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN), &answer);
}

const Verb verb_keys = {
    .name = "keys",
    .arguments = "NAME [--type TEXT | KEYS…]",
    .summary = "Type on a machine's keyboard",
    .notes =
        "Keys that are pressed together are joined by +; several words are pressed one after the other. "
        "Works\n"
        "whatever the machine runs, also while it is being installed. A key is a letter, a digit, one of\n"
        "- = [ ] \\ ; ' ` , . / (and what they are with shift, which is then pressed, too), or a name:\n"
        "  ctrl alt shift altgr win menu enter escape tab space backspace delete insert home end\n"
        "  pageup pagedown up down left right capslock numlock scrolllock print pause f1 to f12,\n"
        "  and plus for the key +, which joins.\n",
    .examples = "  sevenctl keys compat-01 ctrl+alt+delete\n"
                "  sevenctl keys compat-01 ctrl+plus ctrl+-\n"
                "  sevenctl keys compat-01 win+r && sevenctl keys compat-01 --type \"notepad\n\"\n"
                "  sevenctl keys compat-01 alt+f4 enter\n",
    .run = run,
};
