// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl wait: for a job, or for the latest job of a machine.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"
#include "client/follow.h"
#include "common/ids.h"

#include <stdio.h>

// The job's machine if @word is a job's id. EXIT_NOT_FOUND, unreported, if it is none.
static ExitCode find_job(Client *client, const char *word, char **ret_machine)
{
    ExitCode code = EXIT_OK;
    Http *http = client_http(client, &code);
    if (!http)
        return code;
    if (!job_id_is_valid(word))
        return EXIT_NOT_FOUND;
    g_autofree char *path = api_path("jobs", word, NULL);
    HttpRequest request = { .method = "GET", .path = path };
    g_autoptr(GError) error = NULL;
    g_autoptr(HttpAnswer) answer = http_send(http, &request, &error);
    g_autoptr(json_object) document = NULL;
    if (!answer)
        return report_http_error(client, error);
    if (answer->status == 404)
        return EXIT_NOT_FOUND;
    if (answer->status != 200)
        return report_problem(client, answer);
    code = api_document(client, answer, &document);
    if (code == EXIT_OK)
        *ret_machine = g_strdup(json_string_member(api_unwrap(document, "job"), "vm"));
    return code;
}

static ExitCode find_machine(Client *client, const char *name, char **ret_job)
{
    g_autofree char *path = api_path("vms", name, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    *ret_job = g_strdup(json_string_member(api_unwrap(document, "vm"), "job"));
    if (!*ret_job)
        return report_failure(client, EXIT_NOT_FOUND, "not-found", "machine %s has no job to wait for", name);
    return EXIT_OK;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    g_autofree char *machine = NULL;
    g_autofree char *job = NULL;
    code = find_job(client, words[0], &machine);
    if (code == EXIT_OK) {
        job = g_strdup(words[0]);
    } else if (code == EXIT_NOT_FOUND) {
        machine = g_strdup(words[0]);
        code = find_machine(client, machine, &job);
    }
    if (code != EXIT_OK)
        return code;
    g_autoptr(json_object) ended = NULL;
    code = follow_job(client, job, machine, &limits, &ended);
    if (client->json && ended)
        api_print(ended);
    return code;
}

const Verb verb_wait = {
    .name = "wait",
    .arguments = "NAME|JOB",
    .summary = "Wait for a job, or for a machine's latest job, showing progress",
    .notes =
        "Exit code 0 if the job succeeded, 1 if it failed or was cancelled. Ctrl-C stops the waiting only.\n",
    .examples = "  sevenctl wait compat-01\n"
                "  sevenctl wait compat-01 --timeout 3600 || sevenctl job log $(sevenctl show compat-01 "
                "--json | jq -r .job)\n",
    .run = run,
};
