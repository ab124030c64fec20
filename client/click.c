// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl click: clicks on a machine's screen.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"

static gboolean read_pixel(const char *word, gint64 *ret_pixel)
{
    guint64 pixel = 0;
    const gboolean ok = g_ascii_string_to_unsigned(word, 10, 0, 8191, &pixel, NULL);
    *ret_pixel = (gint64)pixel;
    return ok;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *button = NULL;
    gboolean twice = FALSE, move = FALSE;
    gint64 x = 0, y = 0;
    const GOptionEntry entries[] = {
        { "button", 'b', 0, G_OPTION_ARG_STRING, &button, "left (default), middle or right", "BUTTON" },
        { "double", 0, 0, G_OPTION_ARG_NONE, &twice, "click twice", NULL },
        { "move", 0, 0, G_OPTION_ARG_NONE, &move, "only move the pointer there", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 3, 3, arguments, &code);
    if (!words)
        return code;
    if (!read_pixel(words[1], &x) || !read_pixel(words[2], &y))
        return report_usage(verb, "X and Y are pixels of the screenshot");
    if (twice && move)
        return report_usage(verb, "--double and --move exclude each other");
    g_autoptr(json_object) body = json_object_new_object();
    json_object_object_add(body, "x", json_object_new_int64(x));
    json_object_object_add(body, "y", json_object_new_int64(y));
    if (button)
        json_object_object_add(body, "button", json_object_new_string(button));
    if (twice || move)
        json_object_object_add(body, "clicks", json_object_new_int(twice ? 2 : 0));
    g_autofree char *path = api_path("vms", words[0], "pointer", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    return api_post(client, path, json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN), &answer);
}

const Verb verb_click = {
    .name = "click",
    .arguments = "NAME X Y",
    .summary = "Click on a machine's screen",
    .notes = "X and Y are pixels of the screenshot, from its upper left corner. Works whatever the machine "
             "runs.\n",
    .examples = "  sevenctl click compat-01 512 384\n"
                "  sevenctl click compat-01 20 30 --double\n"
                "  sevenctl click compat-01 400 300 --button right\n",
    .run = run,
};
