// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl wait-for: until a file, a process, a window or a picture is there in a machine.
#include "client/api.h"
#include "client/options.h"
#include "client/region.h"
#include "client/report.h"
#include "client/verbs.h"

#include <string.h>

#define DEFAULT_SECONDS 60
#define GRACE_SECONDS   60 // for the answer, beyond the time that is waited

typedef struct {
    char *file, *process, *window, *screen;
    gboolean gone;
    gint64 seconds;
} WaitForOptions;

static void options_clear(WaitForOptions *options)
{
    g_free(options->file);
    g_free(options->process);
    g_free(options->window);
    g_free(options->screen);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WaitForOptions, options_clear)

// "X,Y,WxH=HASH"
static gboolean add_screen(json_object *body, const char *text)
{
    const char *equals = strrchr(text, '=');
    g_autofree char *place = equals ? g_strndup(text, (gsize)(equals - text)) : NULL;
    Region region;
    if (!place || !region_parse(place, &region))
        return FALSE;
    json_object *screen = region_to_json(&region);
    json_object_object_add(screen, "sha256", json_object_new_string(equals + 1));
    json_object_object_add(body, "screen", screen);
    return TRUE;
}

static gboolean build_body(const WaitForOptions *options, json_object *body)
{
    const char *const members[][2] = { { "file", options->file },
                                       { "process", options->process },
                                       { "window", options->window } };
    guint given = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (members[i][1]) {
            json_object_object_add(body, members[i][0], json_object_new_string(members[i][1]));
            given++;
        }
    if (options->screen && !add_screen(body, options->screen))
        return FALSE;
    if (options->gone)
        json_object_object_add(body, "gone", json_object_new_boolean(TRUE));
    json_object_object_add(body, "timeout_seconds", json_object_new_int64(options->seconds));
    return given + (options->screen != NULL) == 1;
}

static ExitCode ask(Client *client, const char *machine, json_object *body, gint64 seconds)
{
    g_autofree char *path = api_path("vms", machine, "wait-for", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) result = NULL;
    const HttpRequest request = { .method = "POST",
                                  .path = path,
                                  .body = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN),
                                  .deadline =
                                      g_get_monotonic_time() + (seconds + GRACE_SECONDS) * G_USEC_PER_SEC };
    ExitCode code = api_call(client, &request, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &result);
    if (code != EXIT_OK)
        return code;
    const gboolean found = json_object_get_boolean(json_object_object_get(result, "found"));
    if (client->json)
        api_print_raw(answer);
    else if (!found)
        return report_failure(client, EXIT_TIMED_OUT, "timed-out", "not within %" G_GINT64_FORMAT " s",
                              seconds);
    return found ? EXIT_OK : EXIT_TIMED_OUT;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(WaitForOptions) options = { .seconds = DEFAULT_SECONDS };
    const GOptionEntry entries[] = {
        { "file", 0, 0, G_OPTION_ARG_STRING, &options.file, "a file or folder", "PATH" },
        { "process", 0, 0, G_OPTION_ARG_STRING, &options.process, "a program that runs", "NAME.exe" },
        { "window", 0, 0, G_OPTION_ARG_STRING, &options.window, "a window whose title has this in it",
          "TITLE" },
        { "screen", 0, 0, G_OPTION_ARG_STRING, &options.screen,
          "a part of the screen that looks as it did (screenshot --hash)", "X,Y,WxH=HASH" },
        { "gone", 0, 0, G_OPTION_ARG_NONE, &options.gone, "until it is not there (any more)", NULL },
        { "timeout", 0, 0, G_OPTION_ARG_INT64, &options.seconds,
          "how long to wait (default: 60; then exit code 124)", "SECONDS" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words)
        return code;
    if (options.seconds < 1 || options.seconds > 86400)
        return report_usage(verb, "--timeout takes 1 to 86400 seconds");
    g_autoptr(json_object) body = json_object_new_object();
    if (!build_body(&options, body))
        return report_usage(verb, "exactly one of --file, --process, --window and --screen X,Y,WxH=HASH");
    return ask(client, words[0], body, options.seconds);
}

const Verb verb_wait_for = {
    .name = "wait-for",
    .arguments = "NAME --file PATH | --process NAME.exe | --window TITLE | --screen X,Y,WxH=HASH",
    .summary = "Wait until something is there in a machine",
    .notes = "Without regard to case. A part of the screen is waited for whatever the machine runs; the "
             "others need Windows\n"
             "to be up.\n",
    .examples = "  sevenctl wait-for compat-01 --file 'C:\\work\\done.txt' --timeout 600\n"
                "  sevenctl wait-for compat-01 --process setup.exe --gone\n"
                "  sevenctl wait-for compat-01 --window 'Setup - ' && sevenctl keys compat-01 enter\n"
                "  sevenctl wait-for compat-01 --screen 0,0,200x40=\"$(cat welcome.sha256)\"\n",
    .run = run,
};
