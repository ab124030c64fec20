// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for jobs: events through broken connections and restarts, Ctrl-C, time limits, the two pictures.
#include "tests/unit/client/sevenctl_process.h"

#include <locale.h>
#include <signal.h>
#include <string.h>

#define JOB         "01jf3q8v3m5n7p9r1s3t5v7w9x"
#define JOB_ROUTE   "GET /v1/jobs/" JOB
#define EVENT_ROUTE JOB_ROUTE "/events"
#define ACCEPTED                                                                                             \
    "{\"job\":{\"id\":\"" JOB "\",\"kind\":\"create\",\"vm\":\"compat-01\",\"state\":\"queued\"},"           \
    "\"vm\":{\"name\":\"compat-01\",\"state\":\"installing\"}}"
#define JOB_DOCUMENT(state, error)                                                                           \
    "{\"id\":\"" JOB "\",\"kind\":\"create\",\"vm\":\"compat-01\",\"state\":\"" state                        \
    "\",\"phase\":\"copy\","                                                                                 \
    "\"progress\":100,\"created\":\"2026-01-02T12:00:00Z\",\"started\":\"2026-01-02T12:00:01Z\","            \
    "\"finished\":\"2026-01-02T12:12:32Z\",\"error\":" error "}"
#define SUCCEEDED JOB_DOCUMENT("succeeded", "null")
#define FAILED                                                                                               \
    JOB_DOCUMENT("failed", "{\"code\":\"setup-stopped\",\"message\":\"Setup shows a dialog\\u001b[5m.\","    \
                           "\"phase\":\"copy\"}")

#define EVENT(id, kind, data) "id: " id "\nevent: " kind "\ndata: {" data "}\n\n"
#define PHASE(id, time, phase, state)                                                                        \
    EVENT(id, "phase", "\"time\":\"2026-01-02T" time "Z\",\"phase\":\"" phase "\",\"state\":\"" state "\"")
#define STATE(id, state) EVENT(id, "state", "\"time\":\"2026-01-02T12:12:32Z\",\"state\":\"" state "\"")
#define EARLY                                                                                                \
    ": \n\n" STATE("1", "running") PHASE("2", "12:00:01", "inspect", "running")                              \
        PHASE("3", "12:00:04", "inspect", "done") PHASE("4", "12:00:04", "copy", "running")
#define LATE PHASE("5", "12:12:30", "copy", "done") STATE("6", "succeeded")

static FakeDaemon *new_fake(const char *job)
{
    FakeDaemon *fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/vms", 202, ACCEPTED);
    fake_daemon_answer(fake, "GET /v1/vms/compat-01", 200,
                       "{\"name\":\"compat-01\",\"state\":\"ready\",\"job\":\"" JOB "\"}");
    fake_daemon_answer(fake, JOB_ROUTE, 200, job);
    return fake;
}

static void create_and_wait_prints_a_line_a_phase(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, LATE, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "compat-01", "--wait", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    golden_check("create-wait.txt", outcome->out);
    g_assert_cmpint(outcome->code, ==, 0);
}

static void events_cut_anywhere_give_the_same_lines(void)
{
    static const char text[] = EARLY LATE;
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    for (gsize cut = 1; cut + 1 < sizeof text; cut += 13) {
        g_autofree char *first = g_strndup(text, cut);
        fake_daemon_stream(fake, EVENT_ROUTE, first, text + cut, NULL);
    }
    for (gsize cut = 1; cut + 1 < sizeof text; cut += 13) {
        g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "compat-01", "--wait", NULL);
        golden_check("create-wait.txt", outcome->out);
    }
}

#define NEXT       "01jf3q8v3m5n7p9r1s3t5v7w9y"
#define NEXT_ROUTE "GET /v1/jobs/" NEXT
#define GOES_ON    "{\"id\":\"" JOB "\",\"kind\":\"create\",\"state\":\"succeeded\",\"next\":\"" NEXT "\"}"
#define NEXT_ENDED(state)                                                                                    \
    "{\"id\":\"" NEXT "\",\"kind\":\"seal\",\"vm\":\"compat-01\",\"state\":\"" state                         \
    "\",\"phase\":\"clone\","                                                                                \
    "\"started\":\"2026-01-02T12:12:32Z\",\"finished\":\"2026-01-02T12:13:32Z\",\"error\":null,\"next\":"    \
    "null}"

static FakeDaemon *new_chain(const char *next)
{
    FakeDaemon *fake = new_fake(GOES_ON);
    fake_daemon_answer(fake, NEXT_ROUTE, 200, next);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, LATE, NULL);
    fake_daemon_stream(fake, NEXT_ROUTE "/events", STATE("9", "succeeded"), NULL);
    return fake;
}

static void what_goes_on_from_a_job_is_waited_for(void)
{
    g_autoptr(FakeDaemon) fake = new_chain(NEXT_ENDED("succeeded"));
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", "compat-01", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    const char *on = strstr(outcome->out, "compat-01: goes on in job " NEXT "\n");
    g_assert_nonnull(on);
    g_assert_nonnull(strstr(on, "compat-01 is ready (1 min 00 s).\n"));
    g_autoptr(Outcome) json = sevenctl_run(fake, NULL, "--json", "create", "compat-01", "--wait", NULL);
    g_assert_nonnull(strstr(json->out, NEXT));
}

static void what_goes_on_from_a_job_and_fails_is_a_failure(void)
{
    g_autoptr(FakeDaemon) fake = new_chain(NEXT_ENDED("failed"));
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", "compat-01", NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_null(strstr(outcome->out, "is ready"));
    g_assert_nonnull(strstr(outcome->err, "sevenctl job log " NEXT));
}

static void failure_names_phase_code_and_where_to_look(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(FAILED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY,
                       PHASE("5", "12:12:30", "copy", "failed") STATE("6", "failed"), NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", "compat-01", NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_cmpstr(
        outcome->err, ==,
        "sevenctl: compat-01: failed in phase copy: Setup shows a dialog\\x1b[5m. (setup-stopped)\n"
        "  more:  sevenctl job log " JOB "\n"
        "         sevenctl screenshot compat-01\n"
        "         sevenctl console-log compat-01\n");
}

static void cancelled_job_is_a_failure(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(JOB_DOCUMENT("cancelled", "null"));
    fake_daemon_stream(fake, EVENT_ROUTE, STATE("6", "cancelled"), NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", JOB, NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_nonnull(strstr(outcome->err, "compat-01: the job was cancelled in phase copy\n"));
}

static void json_is_one_document_in_the_end(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(FAILED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, STATE("6", "failed"), NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "compat-01", "--wait", "--json", NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_cmpstr(outcome->err, ==, "");
    golden_check("create-wait.json", outcome->out);
}

static void broken_connection_is_taken_up_after_the_last_event(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, "id: 5\nevent: phase\ndata: {\"pha", FAKE_BREAK, NULL);
    fake_daemon_stream(fake, EVENT_ROUTE, LATE, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "compat-01", "--wait", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_nonnull(strstr(outcome->out, "; trying again for "));
    g_assert_nonnull(strstr(outcome->out, " sevend is back\n12:00:04 copy … done (12 min 26 s)\n"));
    g_autofree char *first = fake_daemon_request_header(fake, 1, "Last-Event-ID");
    g_autofree char *again = fake_daemon_request_header(fake, 2, "Last-Event-ID");
    g_autofree char *accept = fake_daemon_request_header(fake, 2, "Accept");
    g_assert_cmpstr(first, ==, NULL);
    g_assert_cmpstr(again, ==, "4");
    g_assert_cmpstr(accept, ==, "text/event-stream");
}

static void events_told_again_are_shown_once(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_BREAK, NULL);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, LATE, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "compat-01", "--wait", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    const char *first = strstr(outcome->out, "inspect");
    g_assert_nonnull(first);
    g_assert_null(strstr(first + 1, "inspect"));
}

static void daemon_that_restarts_is_waited_for(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_STOP, NULL);
    fake_daemon_stream(fake, EVENT_ROUTE, LATE, NULL);
    Running *running = sevenctl_start(fake, 0, "wait", JOB, NULL);
    running_expect(running, "trying again for ");
    g_assert_false(g_file_test(fake_daemon_socket(fake), G_FILE_TEST_EXISTS));
    fake_daemon_listen(fake);
    running_expect(running, "sevend is back\n");
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_nonnull(strstr(outcome->out, "compat-01 is ready (12 min 31 s).\n"));
}

static void daemon_that_cannot_serve_now_is_asked_again(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_answer(
        fake, EVENT_ROUTE, 503,
        "{\"title\":\"T\",\"status\":503,\"code\":\"shutting-down\",\"detail\":\"Stopping.\"}");
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY LATE, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", JOB, NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_nonnull(strstr(outcome->out, "cannot serve now; trying again"));
}

static void daemon_that_stays_away_is_given_up(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_STOP, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", JOB, "--retry", "1", NULL);
    g_assert_cmpint(outcome->code, ==, 3);
    g_assert_nonnull(strstr(outcome->err, "cannot reach sevend at "));
    g_assert_nonnull(strstr(outcome->err, "Go on waiting: sevenctl wait compat-01\n"));
}

static void lost_final_event_is_found_in_the_job(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", JOB, NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_nonnull(strstr(outcome->out, "compat-01 is ready"));
}

static void vanished_job_is_not_found(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_answer(fake, EVENT_ROUTE, 404,
                       "{\"title\":\"T\",\"status\":404,\"code\":\"not-found\",\"detail\":\"No such job.\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", JOB, NULL);
    g_assert_cmpint(outcome->code, ==, 4);
    g_assert_cmpstr(outcome->err, ==, "sevenctl: No such job. (not-found)\n");
}

static void time_limit_leaves_the_job_alone(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_WAIT, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "wait", "compat-01", "--timeout", "1", NULL);
    g_assert_cmpint(outcome->code, ==, 124);
    g_assert_cmpstr(
        outcome->err, ==,
        "sevenctl: not done after 1 s; the job goes on. Go on waiting: sevenctl wait compat-01\n");
    for (guint i = 0; i < fake_daemon_request_count(fake); i++) {
        g_autofree char *line = fake_daemon_request_line(fake, i);
        g_assert_true(g_str_has_prefix(line, "GET "));
    }
}

static void ctrl_c_leaves_the_job_alone(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_WAIT, NULL);
    Running *running = sevenctl_start(fake, 0, "wait", JOB, NULL);
    running_expect(running, "copy …");
    running_signal(running, SIGINT);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
    g_assert_cmpstr(
        outcome->err, ==,
        "sevenctl: no longer waiting; the job goes on. Go on waiting: sevenctl wait compat-01; stop the "
        "job: sevenctl job cancel " JOB "\n");
    for (guint i = 0; i < fake_daemon_request_count(fake); i++) {
        g_autofree char *line = fake_daemon_request_line(fake, i);
        g_assert_true(g_str_has_prefix(line, "GET "));
    }
}

// Every drawing of the bar begins with a carriage return, fits the line, and moves no line up.
static void check_drawings(const char *drawings, guint columns)
{
    g_auto(GStrv) list = g_strsplit(drawings, "\r", -1);
    g_assert_cmpstr(list[0], ==, "");
    g_assert_cmpuint(g_strv_length(list), >, 3);
    for (char **drawing = list + 1; *drawing; drawing++) {
        char *end = strstr(*drawing, "\033[K");
        g_assert_nonnull(end);
        g_assert_cmpstr(end, ==, "\033[K");
        *end = '\0';
        g_assert_cmpint(g_utf8_strlen(*drawing, -1), <, columns);
        g_assert_null(strchr(*drawing, '\033'));
        g_assert_null(strchr(*drawing, '\n'));
    }
}

static void bar_is_drawn_anew_on_one_line(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_WAIT,
                       EVENT("10", "progress", "\"progress\":50,\"phase\":\"copy\""), FAKE_WAIT,
                       PHASE("11", "12:12:30", "copy", "done") STATE("12", "succeeded"), NULL);
    Running *running = sevenctl_start(fake, 72, "wait", JOB, NULL);
    running_expect(running, "0 %  copy  ");
    fake_daemon_release(fake);
    running_expect(running, "[███████████████░░░░░░░░░░░░░░░]   50 %  copy  ");
    fake_daemon_release(fake);
    running_expect(running, "compat-01 is ready");
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 0);
    char *after = strstr(outcome->out,
                         "  inspect  3 s\r\n  copy     12 min 26 s\r\ncompat-01 is ready (12 min 31 s).\r\n");
    g_assert_nonnull(after);
    *after = '\0';
    check_drawings(outcome->out, 72);
}

static void ctrl_c_on_a_terminal_leaves_the_bars_line(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(SUCCEEDED);
    fake_daemon_stream(fake, EVENT_ROUTE, EARLY, FAKE_WAIT, NULL);
    Running *running = sevenctl_start(fake, 72, "wait", JOB, NULL);
    running_expect(running, "copy");
    running_type(running, "\003");
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
    g_assert_nonnull(strstr(outcome->out, "\r\n\r\033[Ksevenctl: no longer waiting;"));
}

static void guest_text_cannot_drive_the_terminal(void)
{
    g_autoptr(FakeDaemon) fake = new_fake(FAILED);
    fake_daemon_stream(
        fake, EVENT_ROUTE,
        EVENT("1", "phase", "\"phase\":\"co\\u001b]0;x\\u0007py\\u009b5m\",\"state\":\"running\""),
        EVENT("2", "log", "\"message\":\"\\u001b[2J\\nx\""), STATE("3", "failed"), NULL);
    Running *running = sevenctl_start(fake, 100, "wait", JOB, "--verbose", NULL);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_nonnull(strstr(outcome->out, "co\\x1b]0;x\\x07py\\u{9b}5m"));
    g_assert_nonnull(strstr(outcome->out, "\\x1b[2J\\x0ax"));
    for (const char *at = outcome->out; (at = strchr(at, '\033')); at++)
        g_assert_true(g_str_has_prefix(at, "\033[K"));
}

static void removing_waits_for_every_machine(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "DELETE /v1/vms/a", 202,
                       "{\"job\":{\"id\":\"" JOB "\",\"kind\":\"delete\",\"vm\":\"a\"}}");
    fake_daemon_answer(fake, "DELETE /v1/vms/b", 409,
                       "{\"title\":\"T\",\"status\":409,\"code\":\"conflict\",\"detail\":\"A job runs.\"}");
    fake_daemon_answer(fake, "DELETE /v1/vms/c", 202,
                       "{\"id\":\"" JOB "\",\"kind\":\"delete\",\"vm\":\"c\"}");
    fake_daemon_answer(fake, JOB_ROUTE, 200,
                       "{\"job\":{\"id\":\"" JOB "\",\"kind\":\"delete\",\"state\":\"succeeded\",\"started\":"
                       "\"2026-01-02T12:00:01Z\",\"finished\":\"2026-01-02T12:00:03Z\"}}");
    fake_daemon_stream(fake, EVENT_ROUTE, STATE("3", "succeeded"), NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "rm", "a", "b", "c", "--wait", NULL);
    g_assert_cmpint(outcome->code, ==, 5);
    g_assert_cmpstr(outcome->out, ==, "a: delete done (2 s).\nc: delete done (2 s).\n");
    g_assert_cmpstr(outcome->err, ==, "sevenctl: A job runs. (conflict)\n");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/watch/create-and-wait-prints-a-line-a-phase",
                    create_and_wait_prints_a_line_a_phase);
    g_test_add_func("/client/watch/events-cut-anywhere-give-the-same-lines",
                    events_cut_anywhere_give_the_same_lines);
    g_test_add_func("/client/watch/failure-names-phase-code-and-where-to-look",
                    failure_names_phase_code_and_where_to_look);
    g_test_add_func("/client/watch/what-goes-on-from-a-job-is-waited-for",
                    what_goes_on_from_a_job_is_waited_for);
    g_test_add_func("/client/watch/what-goes-on-from-a-job-and-fails-is-a-failure",
                    what_goes_on_from_a_job_and_fails_is_a_failure);
    g_test_add_func("/client/watch/cancelled-job-is-a-failure", cancelled_job_is_a_failure);
    g_test_add_func("/client/watch/json-is-one-document-in-the-end", json_is_one_document_in_the_end);
    g_test_add_func("/client/watch/broken-connection-is-taken-up-after-the-last-event",
                    broken_connection_is_taken_up_after_the_last_event);
    g_test_add_func("/client/watch/events-told-again-are-shown-once", events_told_again_are_shown_once);
    g_test_add_func("/client/watch/daemon-that-restarts-is-waited-for", daemon_that_restarts_is_waited_for);
    g_test_add_func("/client/watch/daemon-that-cannot-serve-now-is-asked-again",
                    daemon_that_cannot_serve_now_is_asked_again);
    g_test_add_func("/client/watch/daemon-that-stays-away-is-given-up", daemon_that_stays_away_is_given_up);
    g_test_add_func("/client/watch/lost-final-event-is-found-in-the-job",
                    lost_final_event_is_found_in_the_job);
    g_test_add_func("/client/watch/vanished-job-is-not-found", vanished_job_is_not_found);
    g_test_add_func("/client/watch/time-limit-leaves-the-job-alone", time_limit_leaves_the_job_alone);
    g_test_add_func("/client/watch/ctrl-c-leaves-the-job-alone", ctrl_c_leaves_the_job_alone);
    g_test_add_func("/client/watch/bar-is-drawn-anew-on-one-line", bar_is_drawn_anew_on_one_line);
    g_test_add_func("/client/watch/ctrl-c-on-a-terminal-leaves-the-bars-line",
                    ctrl_c_on_a_terminal_leaves_the_bars_line);
    g_test_add_func("/client/watch/guest-text-cannot-drive-the-terminal",
                    guest_text_cannot_drive_the_terminal);
    g_test_add_func("/client/watch/removing-waits-for-every-machine", removing_waits_for_every_machine);
    return g_test_run();
}
