// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl start, stop.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"
#include "client/follow.h"

static ExitCode run_start(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wait = FALSE;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "wait until it has started", NULL },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    g_autofree char *path = api_path("vms", words[0], "start", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_post(client, path, NULL, &answer);
    return code == EXIT_OK ? follow_answer(client, answer, words[0], "starting", wait, &limits) : code;
}

const Verb verb_start = {
    .name = "start",
    .arguments = "NAME",
    .summary = "Start a machine",
    .examples = "  sevenctl start compat-01 --wait\n",
    .run = run_start,
};

static ExitCode run_stop(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wait = FALSE;
    gboolean force = FALSE;
    gint64 grace_seconds = 0;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        { "force", 0, 0, G_OPTION_ARG_NONE, &force, "turn it off without asking Windows", NULL },
        { "grace", 0, 0, G_OPTION_ARG_INT64, &grace_seconds, "how long Windows may take to shut down",
          "SECONDS" },
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "wait until it is off", NULL },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    if (grace_seconds < 0)
        return report_usage(verb, "--grace takes a number of seconds");
    g_autofree char *path = api_path("vms", words[0], "stop", NULL);
    g_autoptr(json_object) body = json_object_new_object();
    if (force)
        json_object_object_add(body, "force", json_object_new_boolean(TRUE));
    if (grace_seconds)
        json_object_object_add(body, "timeout_seconds", json_object_new_int64(grace_seconds));
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_post(client, path, json_object_object_length(body) ? json_object_to_json_string(body) : NULL,
                    &answer);
    return code == EXIT_OK ? follow_answer(client, answer, words[0], "stopping", wait, &limits) : code;
}

const Verb verb_stop = {
    .name = "stop",
    .arguments = "NAME",
    .summary = "Shut a machine down",
    .examples = "  sevenctl stop compat-01 --wait\n"
                "  sevenctl stop compat-01 --force\n",
    .run = run_stop,
};
