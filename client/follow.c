// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting joins events (events.c) with their picture (progress.c) and puts the outcome into words and an exit
// code.
#include "client/follow.h"

#include "client/api.h"
#include "client/events.h"
#include "client/interrupt.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/table.h"
#include "client/terminal.h"

#include <string.h>
#include <unistd.h>

gboolean follow_limits_check(const FollowLimits *limits, const Verb *verb, ExitCode *ret_code)
{
    if (limits->timeout_seconds >= 0 && limits->timeout_seconds <= G_MAXINT32 && limits->retry_seconds >= 0 &&
        limits->retry_seconds <= G_MAXINT32)
        return TRUE;
    *ret_code = report_usage(verb, "--timeout and --retry take a number of seconds");
    return FALSE;
}

static void on_event(const char *kind, json_object *data, gpointer user_data)
{
    progress_take(user_data, kind, data);
}

static void on_lost(const char *reason, guint seconds_left, gpointer user_data)
{
    progress_lost(user_data, reason, seconds_left);
}

static void on_back(gpointer user_data)
{
    progress_back(user_data);
}

static void on_tick(gpointer user_data)
{
    progress_tick(user_data);
}

// With --json standard output is for the document: a person at the terminal sees the bar on standard error.
static Progress *start_progress(const Client *client, const char *title)
{
    FILE *stream = client->json ? stderr : stdout;
    ProgressStyle style = client->json ? PROGRESS_SILENT : PROGRESS_LINES;
    if (terminal_can_redraw(stream))
        style = PROGRESS_BAR;
    return progress_new(title, stream, style, client->verbose && style != PROGRESS_SILENT);
}

static void print_timeline(const Timeline *timeline)
{
    g_autoptr(Table) table = table_new(NULL);
    for (guint i = 0; i < timeline->phases->len; i++) {
        const Phase *phase = timeline->phases->pdata[i];
        g_autofree char *duration = duration_text(phase->finished - phase->started);
        const char *text = phase->state == PHASE_SKIPPED  ? "skipped"
                           : phase->state == PHASE_FAILED ? "failed"
                                                          : duration;
        g_autofree char *name = g_strconcat("  ", phase->name, NULL);
        if (phase->finished)
            table_add(table, name, text);
    }
    table_print(table, stdout);
}

// @installed: the job, or one that it goes on from, has installed the machine.
static void print_success(const char *machine, json_object *job, gboolean installed)
{
    const char *kind = json_string_member(job, "kind");
    gint64 started = time_parse(json_string_member(job, "started"), 0);
    gint64 finished = time_parse(json_string_member(job, "finished"), 0);
    g_autofree char *duration = duration_text(finished - started);
    g_autofree char *name = safe_line(machine);
    if (!installed) {
        g_autofree char *what = safe_line(kind ? kind : "job");
        printf("%s: %s done (%s).\n", name, what, duration);
        return;
    }
    printf("%s is ready (%s).\n", name, duration);
    printf("  run a command:      sevenctl exec %s -- cmd /c ver\n", name);
    printf("  see its screen:     sevenctl screenshot %s\n", name);
    printf("  check isolation:    sevenctl isolation %s\n", name);
    printf("  throw it away:      sevenctl rm %s\n", name);
}

static void print_hints(const char *machine, const char *job, gboolean about_guest)
{
    g_autofree char *safe_job = safe_line(job);
    fprintf(stderr, "  more:  sevenctl job log %s\n", safe_job);
    if (!machine || !about_guest)
        return;
    g_autofree char *name = safe_line(machine);
    fprintf(stderr, "         sevenctl screenshot %s\n", name);
    fprintf(stderr, "         sevenctl console-log %s\n", name);
}

static void print_failure(const char *machine, json_object *job, const char *id)
{
    json_object *error = json_object_object_get(job, "error");
    gboolean has_error = json_object_is_type(error, json_type_object);
    const char *phase = has_error ? json_string_member(error, "phase") : NULL;
    if (!phase)
        phase = json_string_member(job, "phase");
    g_autofree char *name = safe_line(machine ? machine : id);
    g_autofree char *safe_phase = safe_line(phase);
    if (!has_error) {
        g_autofree char *state = safe_line(json_string_member(job, "state"));
        fprintf(stderr, "sevenctl: %s: the job was %s in phase %s\n", name, state, safe_phase);
    } else {
        g_autofree char *message = safe_line(json_string_member(error, "message"));
        g_autofree char *code = safe_line(json_string_member(error, "code"));
        fprintf(stderr, "sevenctl: %s: failed in phase %s: %s (%s)\n", name, safe_phase, message, code);
    }
    print_hints(machine, id, !g_strcmp0(json_string_member(job, "kind"), "create"));
}

static ExitCode report_detached(const Client *client, const GError *error, const char *job,
                                const char *machine, const FollowLimits *limits)
{
    g_autofree char *go_on = safe_line(machine ? machine : job);
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED))
        return report_failure(
            client, EXIT_INTERRUPTED, "interrupted",
            "no longer waiting; the job goes on. Go on waiting: sevenctl wait %s; stop the job: "
            "sevenctl job cancel %s",
            go_on, job);
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TIMED_OUT))
        return report_failure(client, EXIT_TIMED_OUT, "timed-out",
                              "not done after %" G_GINT64_FORMAT
                              " s; the job goes on. Go on waiting: sevenctl wait %s",
                              limits->timeout_seconds, go_on);
    ExitCode code = report_http_error(client, error);
    if (!client->json)
        fprintf(stderr, "  the job may go on. Go on waiting: sevenctl wait %s\n", go_on);
    return code;
}

// The job as it ended. A daemon that restarts just now gets the same time as one that does so in between.
static ExitCode get_job(Client *client, const char *id, const FollowLimits *limits, json_object **ret_job)
{
    g_autofree char *path = api_path("jobs", id, NULL);
    gint64 until = g_get_monotonic_time() + limits->retry_seconds * G_USEC_PER_SEC;
    HttpRequest request = { .method = "GET", .path = path };
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    for (;;) {
        g_autoptr(GError) error = NULL;
        answer = http_send(client->http, &request, &error);
        if (answer)
            break;
        if (g_get_monotonic_time() >= until || !interrupt_sleep(500))
            return report_http_error(client, error);
    }
    if (answer->status != 200)
        return report_problem(client, answer);
    ExitCode code = api_document(client, answer, &document);
    if (code == EXIT_OK)
        *ret_job = json_object_get(api_unwrap(document, "job"));
    return code;
}

static gboolean is_kind(json_object *job, const char *kind)
{
    return !g_strcmp0(json_string_member(job, "kind"), kind);
}

static ExitCode report_outcome(const Client *client, const Progress *progress, const char *id,
                               const char *machine, json_object *job, gboolean installed)
{
    gboolean succeeded = !g_strcmp0(json_string_member(job, "state"), "succeeded");
    if (client->json)
        return succeeded ? EXIT_OK : EXIT_FAILED;
    if (terminal_can_redraw(stdout))
        print_timeline(progress_timeline(progress));
    fflush(stdout);
    const char *next = json_string_member(job, "next");
    if (succeeded && next) {
        g_autofree char *name = safe_line(machine ? machine : id), *safe_next = safe_line(next);
        printf("%s: goes on in job %s\n", name, safe_next);
    } else if (succeeded)
        print_success(machine ? machine : id, job, installed || is_kind(job, "create"));
    else
        print_failure(machine, job, id);
    return succeeded ? EXIT_OK : EXIT_FAILED;
}

// One job of a chain. @deadline: monotonic, 0: none; @installed: see print_success().
static ExitCode follow_one(Client *client, const char *id, const char *machine, const FollowLimits *limits,
                           gint64 deadline, gboolean installed, json_object **ret_job)
{
    ExitCode code = EXIT_OK;
    Http *http = client_http(client, &code);
    if (!http)
        return code;
    interrupt_catch();
    g_autoptr(Progress) progress = start_progress(client, machine ? machine : id);
    EventsRequest request = {
        .job = id,
        .retry_seconds = (guint)limits->retry_seconds,
        .deadline = deadline,
        .on_event = on_event,
        .on_lost = on_lost,
        .on_back = on_back,
        .on_tick = on_tick,
        .user_data = progress,
    };
    g_autoptr(HttpAnswer) refusal = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) job = NULL;
    gboolean ended = events_follow(http, &request, &refusal, &error);
    // ^C stands on the bar's line: leave it there rather than write over it.
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED) && !client->json &&
        terminal_can_redraw(stdout))
        putchar('\n');
    progress_end(progress);
    if (refusal)
        return report_problem(client, refusal);
    if (!ended)
        return report_detached(client, error, id, machine, limits);
    code = get_job(client, id, limits, &job);
    if (code != EXIT_OK)
        return code;
    code = report_outcome(client, progress, id, machine, job, installed);
    *ret_job = g_steal_pointer(&job);
    return code;
}

ExitCode follow_job(Client *client, const char *id, const char *machine, const FollowLimits *limits,
                    json_object **ret_job)
{
    const gint64 deadline =
        limits->timeout_seconds ? g_get_monotonic_time() + limits->timeout_seconds * G_USEC_PER_SEC : 0;
    g_autofree char *current = g_strdup(id);
    gboolean installed = FALSE;
    for (;;) {
        g_autoptr(json_object) job = NULL;
        const ExitCode code = follow_one(client, current, machine, limits, deadline, installed, &job);
        const char *next = code == EXIT_OK ? json_string_member(job, "next") : NULL;
        if (!next) {
            *ret_job = g_steal_pointer(&job);
            return code;
        }
        installed = installed || is_kind(job, "create");
        g_free(current);
        current = g_strdup(next);
    }
}

ExitCode follow_answer(Client *client, const HttpAnswer *answer, const char *machine, const char *doing,
                       gboolean wait, const FollowLimits *limits)
{
    g_autoptr(json_object) document = NULL;
    g_autoptr(json_object) ended = NULL;
    ExitCode code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    const char *id = json_string_member(api_unwrap(document, "job"), "id");
    if (!id)
        return report_failure(client, EXIT_FAILED, "unexpected-answer", "the answer of sevend names no job");
    if (wait) {
        code = follow_job(client, id, machine, limits, &ended);
        if (client->json && ended) {
            json_object *wrapped = json_object_new_object();
            json_object_object_add(wrapped, "job", json_object_get(ended));
            api_print(wrapped);
            json_object_put(wrapped);
        }
        return code;
    }
    if (client->json) {
        api_print_raw(answer);
    } else {
        g_autofree char *safe_id = safe_line(id);
        g_autofree char *name = safe_line(machine);
        printf("%s: %s, job %s\n", name, doing, safe_id);
    }
    return EXIT_OK;
}
