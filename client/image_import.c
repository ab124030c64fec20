// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl image import: sends what image export wrote, and waits until it is an image here.
#include "client/api.h"
#include "client/follow.h"
#include "client/options.h"
#include "client/report.h"
#include "client/upload.h"
#include "client/verbs.h"
#include "common/ids.h"

#include <string.h>

#define SUFFIX ".tar"

// "gold" of "/tmp/gold.tar". The caller frees.
static char *name_of_file(const char *file)
{
    char *name = g_path_get_basename(file);
    if (g_str_has_suffix(name, SUFFIX))
        name[strlen(name) - strlen(SUFFIX)] = '\0';
    return name;
}

static ExitCode import(Client *client, const Verb *verb, const char *file, const char *name,
                       const UploadOptions *options, const FollowLimits *limits)
{
    g_autoptr(HttpAnswer) answer = NULL;
    const UploadTarget target = { .collection = "image-imports", .name = name, .file = file };
    const ExitCode code = upload_send(client, verb, options, &target, &answer);
    return code == EXIT_OK ? follow_answer(client, answer, name, "importing", TRUE, limits) : code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *given = NULL;
    UploadOptions options = UPLOAD_OPTIONS_DEFAULT;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry own[] = {
        { "name", 0, 0, G_OPTION_ARG_STRING, &given, "what the image is called here (default: as the file)",
          "NAME" },
        { "timeout", 0, 0, G_OPTION_ARG_INT64, &limits.timeout_seconds,
          "stop waiting after this long (exit code 124); the job goes on", "SECONDS" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autofree GOptionEntry *entries = upload_entries(&options, own);
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    g_autofree char *sha256 = options.sha256;
    limits.retry_seconds = options.retry_seconds;
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    g_autofree char *name = given ? g_strdup(given) : name_of_file(words[0]);
    if (!name_is_valid(name))
        return report_usage(verb, "\"%s\" is no name for an image: it must be %s; give another with --name",
                            name, NAME_RULE);
    return import(client, verb, words[0], name, &options, &limits);
}

const Verb verb_image_import = {
    .name = "image import",
    .arguments = "FILE",
    .summary = "Make an image of a file that image export wrote",
    .notes =
        "Everything in it is verified before it is used. Interrupted, the upload goes on where it stopped:\n"
        "by itself, or when the same command is given again within a day.\n",
    .examples = "  sevenctl image import gold.tar\n"
                "  sevenctl image import gold.tar --name gold-2\n",
    .run = run,
};
