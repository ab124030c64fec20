// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl image export: an image as one file, for another host.
#include "client/api.h"
#include "client/export.h"
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *output = NULL;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "where to write it (needed)", "FILE" },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    if (!output)
        return report_usage(verb, "where to? Give --output FILE");
    g_autofree char *path = api_path("images", words[0], "exports", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    const Export export = { .subject = words[0], .output = output, .secret = "secrets" };
    code = api_post(client, path, NULL, &answer);
    return code == EXIT_OK ? export_fetch(client, answer, &export, &limits) : code;
}

const Verb verb_image_export = {
    .name = "image export",
    .arguments = "NAME",
    .summary = "Write an image to a file that another host can take",
    .notes =
        "The file is whole: what the image is based on is in it. It also holds what Windows knows of its\n"
        "users, and the secret that the agents of clones answer to, and is readable by you only; the\n"
        "daemon forgets its copy once it is fetched.\n",
    .examples = "  sevenctl image export gold --output gold.tar\n",
    .run = run,
};
