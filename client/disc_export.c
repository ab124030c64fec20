// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl disc export: has a complete installation disc made for one machine, and fetches it. The disc holds
// the answer file's secrets.
#include "client/api.h"
#include "client/export.h"
#include "client/options.h"
#include "client/report.h"
#include "client/request.h"
#include "client/verbs.h"

#include <string.h>

static ExitCode export_to(Client *client, const char *disc, json_object *request, const char *output,
                          const FollowLimits *limits)
{
    g_autofree char *path = api_path("discs", disc, "exports", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    char *body = g_strdup(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    const ExitCode code = api_post(client, path, body, &answer);
    explicit_bzero(body, strlen(body)); // it may hold passwords
    g_free(body);
    const Export export = { .subject = disc, .output = output, .secret = "passwords" };
    return code == EXIT_OK ? export_fetch(client, answer, &export, limits) : code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *output = NULL;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry own[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "where to write the disc", "FILE" },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(RequestOptions) options = request_options_new();
    g_autofree GOptionEntry *entries = request_entries(options, own);
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    if (!output)
        return report_usage(verb, "where to? Give --output FILE");
    g_autoptr(json_object) request = NULL;
    code = request_build(options, verb, NULL, &request);
    if (code != EXIT_OK)
        return code;
    if (!json_object_object_get_ex(request, "name", NULL)) // of no machine that sevend will know
        json_object_object_add(request, "name", json_object_new_string("export"));
    return export_to(client, words[0], request, output, &limits);
}

const Verb verb_disc_export = {
    .name = "disc export",
    .arguments = "DISC",
    .summary = "Make a complete unattended installation disc for another hypervisor",
    .notes = "The disc has everything of the vendor's, the drivers and the answer file on it, starts by "
             "BIOS, and needs no\n"
             "sevend. Put the hard disk before the CD in the machine's boot order. FILE holds the passwords "
             "of the\n"
             "request and is readable by you only; the daemon forgets its copy once it is fetched.\n",
    .examples = "  sevenctl disc export win7-sp1-x64 --template win7-pro-x64 --user tester --driver "
                "virtio-win-w7-amd64 -o x.iso\n"
                "  sevenctl disc export win7-sp1-x64 -f request.json -o x.iso\n",
    .run = run,
};
