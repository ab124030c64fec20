// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl disc export: has a complete installation disc made for one machine, fetches it, and has the daemon
// forget it. The disc holds the answer file's secrets, so the file is readable by its owner only.
#include "client/api.h"
#include "client/download.h"
#include "client/options.h"
#include "client/report.h"
#include "client/request.h"
#include "client/terminal.h"
#include "client/verbs.h"
#include "client/follow.h"

#include <stdio.h>
#include <string.h>

// Whatever came of it, the daemon need not keep the secrets any longer. A failure is not worth a word: it
// forgets the disc by itself.
static void forget(Client *client, const char *path)
{
    ExitCode ignored = EXIT_OK;
    const HttpRequest request = { .method = "DELETE", .path = path };
    http_answer_free(http_send(client_http(client, &ignored), &request, NULL));
}

static ExitCode ask(Client *client, const char *disc, json_object *request, json_object **ret_answer)
{
    g_autofree char *path = api_path("discs", disc, "exports", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    char *body = g_strdup(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    ExitCode code = api_post(client, path, body, &answer);
    explicit_bzero(body, strlen(body)); // it may hold passwords
    g_free(body);
    return code == EXIT_OK ? api_document(client, answer, ret_answer) : code;
}

static ExitCode export_to(Client *client, const char *disc, json_object *request, const char *output,
                          const FollowLimits *limits)
{
    g_autoptr(json_object) answer = NULL;
    g_autoptr(json_object) ended = NULL;
    ExitCode code = ask(client, disc, request, &answer);
    if (code != EXIT_OK)
        return code;
    const char *job = json_string_member(json_object_object_get(answer, "job"), "id");
    const char *id = json_string_member(answer, "export");
    if (!job || !id)
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend names no job or export");
    code = follow_job(client, job, disc, limits, &ended);
    if (code != EXIT_OK)
        return code;
    g_autofree char *path = api_path("exports", id, NULL);
    const Download download = { .title = "fetching", .output = output, .mode = 0600 };
    guint64 bytes = 0;
    code = download_file(client, path, &download, &bytes);
    forget(client, path);
    if (code == EXIT_OK && client->json)
        api_print(ended);
    else if (code == EXIT_OK)
        printf("%s: %" G_GUINT64_FORMAT " bytes. It holds passwords: keep it as you keep them.\n", output,
               bytes);
    return code;
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
