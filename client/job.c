// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl job ls, show, cancel, log.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/timeline.h"
#include "client/verbs.h"
#include "client/follow.h"

#include <stdio.h>

static gboolean any_waits(json_object *jobs)
{
    for (gsize i = 0; i < json_object_array_length(jobs); i++)
        if (json_string_member(json_object_array_get_idx(jobs, i), "waiting"))
            return TRUE;
    return FALSE;
}

// Why jobs wait takes a wide column: only where one does.
static void print_list(json_object *list)
{
    static const char *const headers[] = { "JOB",  "KIND",    "MACHINE", "STATE", "PHASE",
                                           "DONE", "CREATED", NULL,      NULL };
    static const char *const with_waiting[] = { "JOB",  "KIND",    "MACHINE", "STATE", "PHASE",
                                                "DONE", "CREATED", "WAITING", NULL };
    json_object *jobs = json_object_object_get(list, "jobs");
    g_autoptr(Table) table = table_new(any_waits(jobs) ? with_waiting : headers);
    for (gsize i = 0; i < json_object_array_length(jobs); i++) {
        json_object *job = json_object_array_get_idx(jobs, i);
        g_autofree char *created = time_text(json_string_member(job, "created"));
        g_autofree char *percent =
            g_strdup_printf("%" G_GINT64_FORMAT " %%", json_int_member(job, "progress", 0));
        table_add(table, json_string_member(job, "id"), json_string_member(job, "kind"),
                  json_string_member(job, "vm"), json_string_member(job, "state"),
                  json_string_member(job, "phase"), percent, created, json_string_member(job, "waiting"));
    }
    table_print(table, stdout);
}

static char *list_path(const char *machine, const char *state)
{
    GString *path = g_string_new("/v1/jobs");
    if (machine) {
        g_string_append(path, "?vm=");
        g_string_append_uri_escaped(path, machine, NULL, FALSE);
    }
    if (state) {
        g_string_append(path, machine ? "&state=" : "?state=");
        g_string_append_uri_escaped(path, state, NULL, FALSE);
    }
    return g_string_free(path, FALSE);
}

static ExitCode run_ls(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *machine = NULL;
    g_autofree char *state = NULL;
    int limit = 50;
    gboolean names = FALSE;
    const GOptionEntry entries[] = {
        { "vm", 0, 0, G_OPTION_ARG_FILENAME, &machine, "only jobs of this machine", "NAME" },
        { "state", 0, 0, G_OPTION_ARG_FILENAME, &state,
          "only queued, running, succeeded, failed or cancelled ones", "STATE" },
        { "limit", 0, 0, G_OPTION_ARG_INT, &limit, "at most this many, the newest (default: 50; 0: all)",
          "COUNT" },
        { "names", 0, 0, G_OPTION_ARG_NONE, &names, "ids only, a line each", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 0, arguments, &code);
    if (!words)
        return code;
    if (limit < 0)
        return report_usage(verb, "--limit takes a number from 0");
    g_autofree char *path = list_path(machine, state);
    g_autoptr(json_object) list = NULL;
    code = api_list(client, path, "jobs", (guint)limit, &list);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print(list);
    else if (names)
        print_names(list, "jobs", "id");
    else
        print_list(list);
    if (!client->json && json_string_member(list, "next_cursor"))
        fprintf(stderr, "There are older jobs: sevenctl job ls --limit 0\n");
    return EXIT_OK;
}

const Verb verb_job_ls = {
    .name = "job ls",
    .arguments = "",
    .summary = "List the jobs, the newest first",
    .examples = "  sevenctl job ls\n"
                "  sevenctl job ls --vm compat-01 --state failed\n",
    .run = run_ls,
};

static void print_steps(json_object *steps)
{
    static const char *const headers[] = { "PHASE", "STATE", "TIME", "DETAIL", NULL };
    gsize count = json_object_is_type(steps, json_type_array) ? json_object_array_length(steps) : 0;
    if (!count)
        return;
    g_autoptr(Table) table = table_new(headers);
    for (gsize i = 0; i < count; i++) {
        json_object *step = json_object_array_get_idx(steps, i);
        gint64 started = time_parse(json_string_member(step, "started"), 0);
        gint64 finished = time_parse(json_string_member(step, "finished"), 0);
        g_autofree char *duration = started && finished ? duration_text(finished - started) : NULL;
        table_add(table, json_string_member(step, "phase"), json_string_member(step, "state"), duration,
                  json_string_member(step, "detail"));
    }
    putchar('\n');
    table_print(table, stdout);
}

static void print_job(json_object *document)
{
    static const char *const times[] = { "created", "started", "finished" };
    json_object *job = api_unwrap(document, "job");
    json_object *error = json_object_object_get(job, "error");
    g_autoptr(Table) table = table_new(NULL);
    g_autofree char *percent =
        g_strdup_printf("%" G_GINT64_FORMAT " %%", json_int_member(job, "progress", 0));
    show_member(table, job, "id", "job:");
    show_member(table, job, "kind", "kind:");
    show_member(table, job, "vm", "machine:");
    show_member(table, job, "state", "state:");
    show_member(table, job, "waiting", "waiting:");
    show_member(table, job, "phase", "phase:");
    table_add(table, "done:", percent);
    show_member(table, job, "next", "goes on in:");
    if (json_object_is_type(error, json_type_object)) {
        show_member(table, error, "message", "error:");
        show_member(table, error, "code", "error code:");
        show_member(table, error, "phase", "error phase:");
    }
    for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
        const char *value = json_string_member(job, times[i]);
        g_autofree char *label = g_strdup_printf("%s:", times[i]);
        g_autofree char *text = time_text(value);
        if (value)
            table_add(table, label, text);
    }
    table_print(table, stdout);
    print_steps(json_object_object_get(job, "steps"));
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("jobs", words[0], NULL);
    return api_show(client, path, print_job);
}

const Verb verb_job_show = {
    .name = "job show",
    .arguments = "JOB",
    .summary = "Show a job and its steps",
    .examples = "  sevenctl job show 01jf3q8v3m5n7p9r1s3t5v7w9x\n",
    .run = run_show,
};

static ExitCode run_cancel(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("jobs", words[0], NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    HttpRequest request = { .method = "DELETE", .path = path };
    code = api_call(client, &request, &answer);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print_raw(answer);
    else
        printf("%s: being cancelled; what it did is taken back\n  see it end:  sevenctl wait %s\n", words[0],
               words[0]);
    return EXIT_OK;
}

const Verb verb_job_cancel = {
    .name = "job cancel",
    .arguments = "JOB",
    .summary = "Cancel a job; what it did is taken back",
    .examples = "  sevenctl job cancel 01jf3q8v3m5n7p9r1s3t5v7w9x\n",
    .run = run_cancel,
};

static ExitCode run_log(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("jobs", words[0], "log", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_get(client, path, &answer);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print_text(answer, "log");
    else
        safe_write(stdout, answer->body->str, answer->body->len);
    return EXIT_OK;
}

const Verb verb_job_log = {
    .name = "job log",
    .arguments = "JOB",
    .summary = "Print a job's log, an event a line",
    .examples = "  sevenctl job log 01jf3q8v3m5n7p9r1s3t5v7w9x\n",
    .run = run_log,
};
