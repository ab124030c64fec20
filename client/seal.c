// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl seal: a machine becomes an image. Looking at images: image.c.
#include "client/api.h"
#include "client/follow.h"
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wait = FALSE, keep = FALSE;
    gint64 grace_seconds = 0;
    g_autofree char *image = NULL;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        { "image", 0, 0, G_OPTION_ARG_FILENAME, &image, "name of the image (needed)", "IMAGE" },
        { "keep", 0, 0, G_OPTION_ARG_NONE, &keep, "the machine goes on, as the image's first clone", NULL },
        { "grace", 0, 0, G_OPTION_ARG_INT64, &grace_seconds, "how long Windows may take to shut down",
          "SECONDS" },
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "wait until it is an image", NULL },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    if (!image)
        return report_usage(verb, "--image: the name that the image gets is needed");
    if (!g_utf8_validate(image, -1, NULL))
        return report_usage(verb, "--image: not UTF-8");
    if (grace_seconds < 0)
        return report_usage(verb, "--grace takes a number of seconds");
    g_autofree char *path = api_path("vms", words[0], "seal", NULL);
    g_autoptr(json_object) body = json_object_new_object();
    json_object_object_add(body, "image", json_object_new_string(image));
    if (keep)
        json_object_object_add(body, "keep", json_object_new_boolean(TRUE));
    if (grace_seconds)
        json_object_object_add(body, "timeout_seconds", json_object_new_int64(grace_seconds));
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_post(client, path, json_object_to_json_string(body), &answer);
    return code == EXIT_OK ? follow_answer(client, answer, words[0], "sealing", wait, &limits) : code;
}

const Verb verb_seal = {
    .name = "seal",
    .arguments = "NAME",
    .summary = "Make a machine an image, of which clones are there in seconds",
    .notes = "Windows is shut down first. The machine goes away, unless --keep is given.\n",
    .examples = "  sevenctl seal compat-01 --image gold --wait\n"
                "  sevenctl create compat-02 --image gold --wait\n",
    .run = run,
};
