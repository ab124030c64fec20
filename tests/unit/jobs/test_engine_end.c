// SPDX-License-Identifier: GPL-3.0-or-later
// How jobs end other than well: failure, cancel, time limit, and the undo that follows.
#include "tests/unit/jobs/fixture.h"

#include <string.h>

static void test_failure_undoes_what_was_begun_last_first(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "fail:b");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "no-luck");
    g_assert_cmpstr(job->error_message, ==, "step b has no luck");
    g_assert_cmpstr(job->error_phase, ==, "b");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a, run b, failing no-luck, undo b, undo a, end failed");
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a undone, b undone, c skipped");
    g_autofree char *events = fixture_events(fixture, id);
    g_assert_cmpstr(events, ==,
                    "state queued, state running, phase a running, phase a done, progress 25, "
                    "phase b running, phase b failed, phase b undone, phase a undone, "
                    "state failed (no-luck)");
}

static void test_what_failing_adds_to_the_message_is_stored(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "fail:b explain");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->error_code, ==, "no-luck");
    g_assert_cmpstr(job->error_message, ==, "step b has no luck (explained)");
    g_assert_cmpstr(job->error_phase, ==, "b");
}

static void test_failed_undo_does_not_stop_the_rest(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "fail:c failundo:b");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "no-luck");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==,
                    "begin, run a, run b, run c, failing no-luck, undo c, undo b, undo a, end failed");
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a undone, b done, c undone");
    g_autofree char *events = fixture_events(fixture, id);
    g_assert_nonnull(strstr(events, "log undo of b: b stays"));
    g_autofree char *warnings = fixture_journal(fixture, "warning");
    g_assert_nonnull(strstr(warnings, "undo of b: b stays, going on"));
}

static void test_failed_begin_fails_the_job(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "failbegin");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "bad-start");
    g_assert_null(job->error_phase);
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, end failed");
}

static void test_cancelled_in_the_queue_ends_at_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *first = fixture_submit(fixture, "install", "m1", "block:a");
    g_autofree char *second = fixture_submit(fixture, "install", "m2", NULL);
    g_assert_true(job_engine_cancel(fixture->engine, second, NULL));
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, second);
    g_assert_cmpstr(job->state, ==, "cancelled");
    g_assert_cmpstr(job->error_code, ==, "cancelled");
    g_assert_null(job->started);
    g_autofree char *journal = fixture_journal(fixture, "m2");
    g_assert_cmpstr(journal, ==, "end cancelled");
    g_autofree char *events = fixture_events(fixture, second);
    g_assert_cmpstr(events, ==, "state queued, log cancel requested, state cancelled (cancelled)");
}

static void test_cancel_stops_the_step_and_undoes(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    fixture_wait_note(fixture, "m at b");
    g_assert_true(job_engine_cancel(fixture->engine, id, NULL));
    g_assert_true(job_engine_cancel(fixture->engine, id, NULL));
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "cancelled");
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a, run b, at b, undo b, undo a, end cancelled");
    g_assert_true(job_engine_cancel(fixture->engine, id, NULL));
}

static void test_cancelled_in_the_queue_does_not_wait_for_its_machine(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *first = fixture_submit(fixture, "install", "m", "block:a");
    g_autofree char *second = fixture_submit(fixture, "other", "m", NULL);
    g_assert_true(job_engine_cancel(fixture->engine, second, NULL));
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, second);
    g_assert_cmpstr(job->state, ==, "cancelled");
    g_assert_true(job_engine_machine_busy(fixture->engine, "m"));
}

static void test_cancel_wakes_a_waiting_step(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "wait:a");
    fixture_wait_note(fixture, "m run a");
    g_assert_true(job_engine_cancel(fixture->engine, id, NULL));
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "cancelled");
}

static void test_undo_of_a_cancelled_job_may_take_its_time(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b blockundo:b");
    fixture_wait_note(fixture, "m at b");
    g_assert_true(job_engine_cancel(fixture->engine, id, NULL));
    fixture_wait_note(fixture, "m at undo-b");
    fixture_open_gate(fixture, "m/undo-b");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a undone, b undone, c skipped");
}

static void test_cancel_while_undoing_changes_nothing(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "fail:b blockundo:b");
    fixture_wait_note(fixture, "m at undo-b");
    g_assert_true(job_engine_cancel(fixture->engine, id, NULL));
    fixture_open_gate(fixture, "m/undo-b");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "no-luck");
    g_assert_false(job->cancel_requested);
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==,
                    "begin, run a, run b, failing no-luck, undo b, at undo-b, undo a, end failed");
}

static void cancel_in_c(Job *job)
{
    Fixture *fixture = job_user_data(job);
    if (g_str_equal(job_phase(job), "c")) {
        g_assert_true(job_engine_cancel(fixture->engine, job_id(job), NULL));
    }
}

static void test_cancel_in_the_last_step_that_succeeds_still_undoes(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = cancel_in_c;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "cancelled");
    g_assert_cmpint(job->progress, <, 100);
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a undone, b undone, c undone");
}

static void cancel_now(Job *job)
{
    Fixture *fixture = job_user_data(job);
    g_assert_true(job_engine_cancel(fixture->engine, job_id(job), NULL));
}

static void test_cancel_after_the_decision_comes_too_late(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_end = cancel_now;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_assert_false(job->cancel_requested);
}

static void test_cancel_of_an_unknown_job_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autoptr(GError) error = NULL;
    g_assert_false(job_engine_cancel(fixture->engine, "nobody", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static void test_time_limit_wakes_a_waiting_step(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "limit:b");
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "phase-timeout");
    g_assert_nonnull(strstr(job->error_message, "b: not done within 1 seconds"));
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a, run b, failing phase-timeout, undo b, undo a, end failed");
}

static void test_code_survives_copies_and_prefixes(void)
{
    g_autoptr(GError) error = NULL;
    job_fail(&error, "no-space", "%s is full", "pool");
    g_prefix_error(&error, "disk: ");
    g_autoptr(GError) copy = g_error_copy(error);
    const char *message = NULL;
    g_assert_cmpstr(job_error_code(copy, &message), ==, "no-space");
    g_assert_cmpstr(message, ==, "disk: pool is full");
    job_fail(NULL, "no-space", "nobody listens");
}

static gboolean run_until_limit(Job *job, GError **error)
{
    g_autoptr(GError) reason = NULL;
    job_set_time_limit(job, 1);
    while (job_sleep(job, 1000, &reason)) {
    }
    g_assert_error(reason, JOB_ERROR, JOB_ERROR_TIME_LIMIT);
    job_fail(error, "guest-silent", "nothing on COM1");
    return FALSE;
}

static gboolean run_without_reason(Job *job G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return FALSE;
}

static gboolean run_foreign_error(Job *job G_GNUC_UNUSED, GError **error)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no space in pool");
    g_prefix_error(error, "disk: ");
    return FALSE;
}

static gboolean run_prefixed(Job *job G_GNUC_UNUSED, GError **error)
{
    job_fail(error, "no-space", "pool is full");
    g_prefix_error(error, "disk: ");
    return FALSE;
}

// Runs a job of a kind with the one step @run and returns its row.
static StoreJob *run_one(gboolean (*run)(Job *, GError **))
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    JobStep step = { "only", 0, run, NULL };
    JobKind kind = { "one", &step, 1, FALSE, FALSE, NULL, NULL, NULL, NULL };
    const JobKind *kinds[] = { &kind };
    job_engine_free(fixture->engine);
    fixture->engine = job_engine_new(fixture->store, kinds, 1, 1, fixture);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "one", "m", NULL);
    StoreJob *job = fixture_wait_job(fixture, id);
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "only failed");
    return job;
}

static void test_reason_of_a_failure_is_kept(void)
{
    g_autoptr(StoreJob) silent = run_one(run_until_limit);
    g_assert_cmpstr(silent->error_code, ==, "guest-silent");
    g_autoptr(StoreJob) mute = run_one(run_without_reason);
    g_assert_cmpstr(mute->error_code, ==, "internal");
    g_autoptr(StoreJob) foreign = run_one(run_foreign_error);
    g_assert_cmpstr(foreign->error_code, ==, "internal");
    g_assert_cmpstr(foreign->error_message, ==, "disk: no space in pool");
    g_autoptr(StoreJob) prefixed = run_one(run_prefixed);
    g_assert_cmpstr(prefixed->error_code, ==, "no-space");
    g_assert_cmpstr(prefixed->error_message, ==, "disk: pool is full");
    g_assert_cmpstr(prefixed->error_phase, ==, "only");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine-end/failure-undoes-what-was-begun-last-first",
                    test_failure_undoes_what_was_begun_last_first);
    g_test_add_func("/engine-end/failed-undo-does-not-stop-the-rest",
                    test_failed_undo_does_not_stop_the_rest);
    g_test_add_func("/engine/end/explained", test_what_failing_adds_to_the_message_is_stored);
    g_test_add_func("/engine-end/failed-begin-fails-the-job", test_failed_begin_fails_the_job);
    g_test_add_func("/engine-end/cancelled-in-the-queue-ends-at-once",
                    test_cancelled_in_the_queue_ends_at_once);
    g_test_add_func("/engine-end/cancel-stops-the-step-and-undoes", test_cancel_stops_the_step_and_undoes);
    g_test_add_func("/engine-end/cancelled-in-the-queue-does-not-wait-for-its-machine",
                    test_cancelled_in_the_queue_does_not_wait_for_its_machine);
    g_test_add_func("/engine-end/cancel-wakes-a-waiting-step", test_cancel_wakes_a_waiting_step);
    g_test_add_func("/engine-end/undo-of-a-cancelled-job-may-take-its-time",
                    test_undo_of_a_cancelled_job_may_take_its_time);
    g_test_add_func("/engine-end/code-survives-copies-and-prefixes", test_code_survives_copies_and_prefixes);
    g_test_add_func("/engine-end/cancel-while-undoing-changes-nothing",
                    test_cancel_while_undoing_changes_nothing);
    g_test_add_func("/engine-end/cancel-in-the-last-step-that-succeeds-still-undoes",
                    test_cancel_in_the_last_step_that_succeeds_still_undoes);
    g_test_add_func("/engine-end/cancel-after-the-decision-comes-too-late",
                    test_cancel_after_the_decision_comes_too_late);
    g_test_add_func("/engine-end/cancel-of-an-unknown-job-is-refused",
                    test_cancel_of_an_unknown_job_is_refused);
    g_test_add_func("/engine-end/time-limit-wakes-a-waiting-step", test_time_limit_wakes_a_waiting_step);
    g_test_add_func("/engine-end/reason-of-a-failure-is-kept", test_reason_of_a_failure_is_kept);
    return g_test_run();
}
