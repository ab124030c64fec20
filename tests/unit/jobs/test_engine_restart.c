// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of jobs when the daemon stops, is killed, or cannot store. For the kills the test runs itself
// again as a child (--child PATH MACHINE PARAMETERS), which runs one install and prints its journal.
#include "tests/unit/jobs/fixture.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "daemon/jobs/store_private.h"

static const char *program;

static char *only_job(Fixture *fixture)
{
    g_autoptr(GPtrArray) jobs = store_job_list(fixture->store, NULL, NULL, NULL, 10, NULL);
    g_assert_cmpuint(jobs->len, ==, 1);
    return g_strdup(((StoreJob *)g_ptr_array_index(jobs, 0))->id);
}

static void clear_journal(Fixture *fixture)
{
    g_ptr_array_set_size(fixture->journal, 0);
}

static void test_stop_interrupts_and_the_next_start_resumes(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    g_autofree char *queued = fixture_submit(fixture, "install", "n", NULL);
    fixture_wait_note(fixture, "m at b");
    fixture_shut(fixture);
    g_autofree char *before = fixture_journal(fixture, "m");
    g_assert_cmpstr(before, ==, "begin, run a, run b, at b");
    clear_journal(fixture);

    fixture_reopen(fixture, 1);
    fixture_open_gate(fixture, "m/b");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_autofree char *after = fixture_journal(fixture, "m");
    g_assert_cmpstr(after, ==, "begin, rerun b, at b, run c, end succeeded");
    g_autoptr(StoreJob) other = fixture_wait_job(fixture, queued);
    g_assert_cmpstr(other->state, ==, "succeeded");
    g_autofree char *events = fixture_events(fixture, id);
    g_assert_cmpstr(events, ==,
                    "state queued, state running, phase a running, phase a done, progress 25, "
                    "phase b running, log taken up again after a restart of the daemon, "
                    "phase b running, phase b done, progress 75, phase c running, phase c done, "
                    "progress 99, progress 100, state succeeded");
}

static void test_stop_wakes_a_waiting_step(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "wait:a");
    fixture_wait_note(fixture, "m run a");
    fixture_shut(fixture);
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a");
}

static void test_stop_interrupts_an_undo_and_the_next_start_goes_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "fail:c blockundo:b");
    fixture_wait_note(fixture, "m at undo-b");
    fixture_shut(fixture);
    clear_journal(fixture);

    fixture_reopen(fixture, 1);
    fixture_open_gate(fixture, "m/undo-b");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "no-luck");
    g_assert_cmpstr(job->error_message, ==, "step c has no luck");
    g_assert_cmpstr(job->error_phase, ==, "c");
    g_autofree char *after = fixture_journal(fixture, "m");
    g_assert_cmpstr(after, ==, "begin, undo b, at undo-b, undo a, end failed");
}

static void test_cancel_requested_before_the_stop_is_carried_out(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    g_autofree char *queued = fixture_submit(fixture, "install", "n", NULL);
    fixture_wait_note(fixture, "m at b");
    fixture_shut(fixture);
    clear_journal(fixture);

    fixture_reopen(fixture, 1);
    // As if killed right after the request was stored.
    g_assert_true(store_job_request_cancel(fixture->store, id, NULL));
    g_assert_true(store_job_request_cancel(fixture->store, queued, NULL));
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "cancelled");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, undo b, undo a, end cancelled");
    g_autoptr(StoreJob) other = fixture_wait_job(fixture, queued);
    g_assert_cmpstr(other->state, ==, "cancelled");
    g_autofree char *other_journal = fixture_journal(fixture, "n");
    g_assert_cmpstr(other_journal, ==, "end cancelled");
}

static void test_job_of_an_unknown_kind_fails_after_a_restart(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    fixture_sql(fixture, "UPDATE jobs SET kind = 'gone'");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "unknown-kind");
}

static void test_job_with_other_steps_is_undone_after_a_restart(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    fixture_sql(fixture, "UPDATE steps SET state = 'done' WHERE phase = 'a';"
                         "UPDATE steps SET phase = 'old' WHERE phase = 'b';"
                         "UPDATE jobs SET state = 'running'");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "internal");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, failing internal, undo a, end failed");
}

// Runs this program as a child on @path until it prints @note, then kills it with SIGKILL.
static void run_and_kill(const char *path, const char *parameters, const char *note)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) child = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program,
                                                    "--child", path, "m", parameters, NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(child));
    for (;;) {
        g_autofree char *line = g_data_input_stream_read_line(lines, NULL, NULL, &error);
        g_assert_no_error(error);
        g_assert_nonnull(line); // the child has ended before it came there
        if (g_str_equal(line, note)) {
            break;
        }
    }
    g_subprocess_force_exit(child);
    g_subprocess_wait(child, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_signaled(child));
    g_assert_cmpint(g_subprocess_get_term_sig(child), ==, SIGKILL);
}

static int run_child(char **arguments)
{
    Fixture *fixture = fixture_new_at(arguments[0], 1);
    fixture->print = TRUE;
    g_autofree char *id = fixture_submit(fixture, "install", arguments[1], arguments[2]);
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    pause(); // to be killed
    return 0;
}

static void test_killed_in_a_step_resumes_with_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_shut(fixture);
    run_and_kill(fixture->path, "block:b", "m at b");
    fixture_reopen(fixture, 1);
    g_autofree char *id = only_job(fixture);
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a done, b running, c pending");
    fixture_open_gate(fixture, "m/b");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, rerun b, at b, run c, end succeeded");
}

static void test_killed_in_an_undo_goes_on_with_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_shut(fixture);
    run_and_kill(fixture->path, "fail:c blockundo:b", "m at undo-b");
    fixture_reopen(fixture, 1);
    g_autofree char *id = only_job(fixture);
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a done, b done, c undone");
    fixture_open_gate(fixture, "m/undo-b");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "no-luck");
    g_assert_cmpstr(job->error_phase, ==, "c");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, undo b, at undo-b, undo a, end failed");
    g_autofree char *events = fixture_events(fixture, id);
    g_assert_true(g_str_has_suffix(events, "phase c failed, phase c undone, phase b undone, phase a undone, "
                                           "state failed (no-luck)"));
}

// The kill comes somewhere after the note: between any two records of the job, or after its end.
static void test_killed_anywhere_the_job_reaches_its_end(void)
{
    static const char *const notes[] = { "m begin", "m run a", "m run b", "m run c", "m end succeeded" };
    for (gsize i = 0; i < G_N_ELEMENTS(notes); i++) {
        g_autoptr(Fixture) fixture = fixture_new(1);
        fixture_shut(fixture);
        run_and_kill(fixture->path, "-", notes[i]);
        fixture_reopen(fixture, 1);
        g_autofree char *id = only_job(fixture);
        fixture_start(fixture);
        g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
        g_assert_cmpstr(job->state, ==, "succeeded");
        g_autofree char *steps = fixture_steps(fixture, id);
        g_assert_cmpstr(steps, ==, "a done, b done, c done");
    }
}

// Lets no page be added to the store, and fills the pages that it has.
static void fill_disk(Fixture *fixture, const char *id)
{
    fixture_sql(fixture, "PRAGMA max_page_count = 1");
    g_autoptr(GError) error = NULL;
    while (store_event_add(fixture->store, id, "console", "{\"time\":\"\",\"message\":\"\"}", NULL, &error)) {
    }
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FULL);
    g_assert_nonnull(strstr(error->message, "nothing can be stored until there is space"));
}

static void test_full_disk_delays_a_job_but_does_not_lose_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    fixture_wait_note(fixture, "m at b");
    fill_disk(fixture, id);
    fixture_open_gate(fixture, "m/b");
    fixture_wait_note(fixture, "warning job ");
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a done, b running, c pending");
    fixture_sql(fixture, "PRAGMA max_page_count = 1000000");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a, run b, at b, run c, end succeeded");
    g_autofree char *warnings = fixture_journal(fixture, "warning");
    g_assert_nonnull(strstr(warnings, "cannot store its state"));
    g_assert_null(strstr(strstr(warnings, "cannot store its state") + 1, "cannot store its state"));
}

static void test_full_disk_does_not_hold_up_the_stop(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    fixture_wait_note(fixture, "m at b");
    fill_disk(fixture, id);
    fixture_open_gate(fixture, "m/b");
    fixture_wait_note(fixture, "warning job ");
    fixture_shut(fixture);
    clear_journal(fixture);
    fixture_reopen(fixture, 1);
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, rerun b, at b, run c, end succeeded");
}

int main(int argc, char **argv)
{
    if (argc == 5 && g_str_equal(argv[1], "--child")) {
        return run_child(argv + 2);
    }
    program = argv[0];
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine-restart/stop-interrupts-and-the-next-start-resumes",
                    test_stop_interrupts_and_the_next_start_resumes);
    g_test_add_func("/engine-restart/stop-wakes-a-waiting-step", test_stop_wakes_a_waiting_step);
    g_test_add_func("/engine-restart/stop-interrupts-an-undo-and-the-next-start-goes-on",
                    test_stop_interrupts_an_undo_and_the_next_start_goes_on);
    g_test_add_func("/engine-restart/cancel-requested-before-the-stop-is-carried-out",
                    test_cancel_requested_before_the_stop_is_carried_out);
    g_test_add_func("/engine-restart/job-of-an-unknown-kind-fails-after-a-restart",
                    test_job_of_an_unknown_kind_fails_after_a_restart);
    g_test_add_func("/engine-restart/job-with-other-steps-is-undone-after-a-restart",
                    test_job_with_other_steps_is_undone_after_a_restart);
    g_test_add_func("/engine-restart/killed-in-a-step-resumes-with-it",
                    test_killed_in_a_step_resumes_with_it);
    g_test_add_func("/engine-restart/killed-in-an-undo-goes-on-with-it",
                    test_killed_in_an_undo_goes_on_with_it);
    g_test_add_func("/engine-restart/killed-anywhere-the-job-reaches-its-end",
                    test_killed_anywhere_the_job_reaches_its_end);
    g_test_add_func("/engine-restart/full-disk-delays-a-job-but-does-not-lose-it",
                    test_full_disk_delays_a_job_but_does_not_lose_it);
    g_test_add_func("/engine-restart/full-disk-does-not-hold-up-the-stop",
                    test_full_disk_does_not_hold_up_the_stop);
    return g_test_run();
}
