// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl rm: deletes machines, each by its own job.
#include "client/api.h"
#include "client/options.h"
#include "client/verbs.h"
#include "client/follow.h"

static ExitCode first_failure(ExitCode before, ExitCode now)
{
    return before != EXIT_OK ? before : now;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wait = FALSE;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "wait until they are gone", NULL },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, G_MAXUINT, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    // All are asked for before any is waited for, so that they go at the same time.
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)http_answer_free);
    for (char **name = words; *name; name++) {
        g_autofree char *path = api_path("vms", *name, NULL);
        HttpRequest request = { .method = "DELETE", .path = path };
        HttpAnswer *answer = NULL;
        code = first_failure(code, api_call(client, &request, &answer));
        g_ptr_array_add(answers, answer);
    }
    for (guint i = 0; i < answers->len; i++) {
        if (!answers->pdata[i])
            continue;
        ExitCode now = follow_answer(client, answers->pdata[i], words[i], "deleting", wait, &limits);
        code = first_failure(code, now);
        if (now == EXIT_INTERRUPTED)
            break;
    }
    return code;
}

const Verb verb_rm = {
    .name = "rm",
    .arguments = "NAME…",
    .summary = "Delete machines and all that belongs to them",
    .notes =
        "Does not ask. With several names, the exit code is that of the first that could not be deleted.\n",
    .examples = "  sevenctl rm compat-01 --wait\n"
                "  sevenctl rm ci-1 ci-2 ci-3\n",
    .run = run,
};
