// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl create: asks for a machine and, with --wait, sees the install through.
#include "client/api.h"
#include "client/options.h"
#include "client/remake.h"
#include "client/report.h"
#include "client/request.h"
#include "client/terminal.h"
#include "client/verbs.h"
#include "client/follow.h"

#include <stdio.h>
#include <string.h>

// A header's value: nothing that could end the line or need quoting.
static gboolean key_is_valid(const char *key)
{
    for (const char *at = key; *at; at++)
        if (!g_ascii_isgraph(*at))
            return FALSE;
    return *key && strlen(key) <= 255;
}

static ExitCode submit(Client *client, json_object *request, const char *key, HttpAnswer **ret_answer)
{
    g_autofree char *header = key ? g_strconcat("Idempotency-Key: ", key, NULL) : NULL;
    const char *headers[] = { header, NULL };
    char *body = g_strdup(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    HttpRequest http_request = { .method = "POST", .path = "/v1/vms", .body = body, .headers = headers };
    ExitCode code = api_call(client, &http_request, ret_answer);
    explicit_bzero(body, strlen(body)); // it may hold passwords
    g_free(body);
    return code;
}

static void print_accepted(const char *name, const char *job, gboolean clone)
{
    g_autofree char *safe_name = safe_line(name);
    g_autofree char *safe_job = safe_line(job);
    printf("%s: %s, job %s\n", safe_name, clone ? "cloning" : "installing", safe_job);
    printf("  follow it:  sevenctl wait %s\n", safe_name);
    printf("  cancel it:  sevenctl job cancel %s\n", safe_job);
}

// What preflight found that does not stop the install. On standard error: they are for a person to read.
static void print_warnings(json_object *machine)
{
    json_object *warnings = json_object_object_get(machine, "warnings");
    const gsize count =
        json_object_is_type(warnings, json_type_array) ? json_object_array_length(warnings) : 0;
    for (gsize i = 0; i < count; i++) {
        json_object *warning = json_object_array_get_idx(warnings, i);
        g_autofree char *pointer = safe_line(json_string_member(warning, "pointer"));
        g_autofree char *message = safe_line(json_string_member(warning, "message"));
        fprintf(stderr, "warning: %s%s%s\n", pointer, *pointer ? ": " : "", message);
    }
}

// As the answer to create, but with the job and the machine as they are in the end.
static void print_ended(Client *client, const char *name, json_object *job)
{
    g_autoptr(json_object) both = json_object_new_object();
    g_autofree char *path = api_path("vms", name, NULL);
    HttpRequest request = { .method = "GET", .path = path };
    g_autoptr(HttpAnswer) answer = http_send(client->http, &request, NULL);
    g_autoptr(json_object) machine = NULL;
    if (answer && answer->status == 200)
        machine = json_parse(answer->body->str, answer->body->len, NULL);
    json_object_object_add(both, "job", json_object_get(job));
    json_object_object_add(both, "vm", json_object_get(machine ? api_unwrap(machine, "vm") : NULL));
    api_print(both);
}

static ExitCode finish(Client *client, const HttpAnswer *answer, gboolean wait, const FollowLimits *limits)
{
    g_autoptr(json_object) document = NULL;
    g_autoptr(json_object) ended = NULL;
    ExitCode code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    const char *job = json_string_member(json_object_object_get(document, "job"), "id");
    const char *name = json_string_member(json_object_object_get(document, "vm"), "name");
    if (!job || !name)
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend names no job or machine");
    if (!client->json)
        print_warnings(json_object_object_get(document, "vm"));
    if (!wait && client->json)
        api_print_raw(answer);
    else if (!wait)
        print_accepted(name, job,
                       json_string_member(json_object_object_get(document, "vm"), "image") != NULL);
    if (!wait)
        return EXIT_OK;
    code = follow_job(client, job, name, limits, &ended);
    if (client->json && ended)
        print_ended(client, name, ended);
    return code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wait = FALSE;
    g_autofree char *key = NULL;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry own[] = {
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "wait until the machine is ready, showing progress",
          NULL },
        FOLLOW_ENTRIES(limits),
        { "idempotency-key", 0, 0, G_OPTION_ARG_FILENAME, &key,
          "sending the same request again with the same KEY makes no second machine", "KEY" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(RequestOptions) options = request_options_new();
    g_autofree GOptionEntry *entries = request_entries(options, own);
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    if (key && !key_is_valid(key))
        return report_usage(verb, "--idempotency-key: 1 to 255 letters, digits and signs, no spaces");
    g_autoptr(json_object) request = NULL;
    code = request_build(options, verb, words[0], &request);
    if (code != EXIT_OK)
        return code;
    if (!json_object_object_get_ex(request, "name", NULL))
        return report_usage(verb, "the machine has no name");
    if (request_provenance(options))
        code = remake_compare(client, request_provenance(options), request);
    if (code != EXIT_OK)
        return code;
    g_autoptr(HttpAnswer) answer = NULL;
    code = submit(client, request, key, &answer);
    return code == EXIT_OK ? finish(client, answer, wait, &limits) : code;
}

const Verb verb_create = {
    .name = "create",
    .arguments = "[NAME]",
    .summary = "Install a new machine, or make one of an image",
    .notes =
        "NAME may stand in the request's file instead. Secrets need not stand on the command line, where "
        "every\n"
        "user of this host can read them: --password-file, --product-key-file, or --user NAME, which asks.\n"
        "With --seal IMAGE the machine is sealed when it is installed. Whoever then asks for a machine of "
        "the same\n"
        "recipe (disc, edition, drivers, settings, files) gets a clone of that image, unless --fresh is "
        "given.\n",
    .examples =
        "  sevenctl create compat-01 --template win7-pro-x64 --disc win7-sp1-x64 --user tester --wait\n"
        "  sevenctl create ci-7 -f request.json --password-file pw --driver virtio-win-w7-amd64 -w --timeout "
        "3600\n"
        "  sevenctl create ci-8 --image gold --computer-name CI-8 --wait\n"
        "  sevenctl create ci-9 -f request.json --seal gold --wait\n"
        "  generate-request | sevenctl create --file - --idempotency-key build-1234\n",
    .run = run,
};
