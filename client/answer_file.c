// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl answer-file: the answer file of a machine, or the one that a request would get. Secrets are masked
// by the daemon.
#include "client/api.h"
#include "client/explanation.h"
#include "client/options.h"
#include "client/report.h"
#include "client/request.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <string.h>

static ExitCode preview(Client *client, const Verb *verb, RequestOptions *options, const char *name,
                        gboolean explain, HttpAnswer **ret_answer)
{
    g_autoptr(json_object) request = NULL;
    ExitCode code = request_build(options, verb, name, &request);
    if (code != EXIT_OK)
        return code;
    char *body = g_strdup(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    code = api_post(client, explain ? "/v1/answer-files?explain=true" : "/v1/answer-files", body, ret_answer);
    explicit_bzero(body, strlen(body)); // it may hold passwords
    g_free(body);
    return code;
}

static ExitCode print_explanation(const Client *client, const HttpAnswer *answer)
{
    g_autoptr(json_object) document = NULL;
    if (client->json) {
        api_print_raw(answer);
        return EXIT_OK;
    }
    ExitCode code = api_document(client, answer, &document);
    if (code == EXIT_OK)
        explanation_print(document);
    return code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autoptr(RequestOptions) options = request_options_new();
    gboolean explain = FALSE;
    const GOptionEntry more[] = {
        { "explain", 0, 0, G_OPTION_ARG_NONE, &explain,
          "show for each setting where it came from and what carries it into Windows", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autofree GOptionEntry *entries = request_entries(options, more);
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 1, arguments, &code);
    if (!words)
        return code;
    g_autoptr(HttpAnswer) answer = NULL;
    if (request_options_given(options)) {
        code = preview(client, verb, options, words[0], explain, &answer);
    } else if (explain) {
        code = report_usage(verb, "--explain needs a request: give --file or options");
    } else if (words[0]) {
        g_autofree char *path = api_path("vms", words[0], "answer-file", NULL);
        code = api_get(client, path, &answer);
    } else {
        code = report_usage(verb,
                            "whose answer file? Give a machine's NAME, or a request with --file or options");
    }
    if (code != EXIT_OK || explain)
        return code == EXIT_OK ? print_explanation(client, answer) : code;
    if (client->json)
        api_print_text(answer, "answer_file");
    else
        safe_write(stdout, answer->body->str, answer->body->len);
    return EXIT_OK;
}

const Verb verb_answer_file = {
    .name = "answer-file",
    .arguments = "[NAME]",
    .summary = "Print the answer file of a machine or of a request, secrets masked",
    .notes =
        "With NAME alone: of that machine. With --file or any option that describes a machine: of that "
        "request,\n"
        "which is checked as create would; nothing is built. --explain shows instead of the file where each\n"
        "setting came from: the request, a template, or a default.\n",
    .examples = "  sevenctl answer-file compat-01\n"
                "  sevenctl answer-file -f request.json --edition ULTIMATE > autounattend.xml\n"
                "  sevenctl answer-file -f request.json --set security.uac=false --explain\n",
    .run = run,
};
