// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's queue: who runs when, and who waits for whom. How jobs end is in test_engine_end.c.
#include "tests/unit/jobs/fixture.h"

static void assert_succeeds(Fixture *fixture, const char *id)
{
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_assert_cmpint(job->progress, ==, 100);
    g_assert_null(job->error_code);
}

static void test_steps_run_in_order(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    assert_succeeds(fixture, id);
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a, run b, run c, end succeeded");
    g_autofree char *steps = fixture_steps(fixture, id);
    g_assert_cmpstr(steps, ==, "a done, b done, c done");
}

static void test_events_tell_everything_in_order(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    assert_succeeds(fixture, id);
    g_autofree char *events = fixture_events(fixture, id);
    g_assert_cmpstr(events, ==,
                    "state queued, state running, phase a running, phase a done, progress 25, "
                    "phase b running, phase b done, progress 75, phase c running, phase c done, "
                    "progress 99, progress 100, state succeeded");
}

static void test_installs_run_in_order_of_submission(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *first = fixture_submit(fixture, "install", "m1", "block:a");
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    for (int i = 2; i <= 5; i++) {
        g_autofree char *machine = g_strdup_printf("m%d", i);
        g_ptr_array_add(ids, fixture_submit(fixture, "install", machine, NULL));
    }
    fixture_open_gate(fixture, "m1/a");
    for (guint i = 0; i < ids->len; i++) {
        assert_succeeds(fixture, g_ptr_array_index(ids, i));
    }
    g_autoptr(GString) order = g_string_new(NULL);
    for (guint i = 0; i < fixture->journal->len; i++) {
        const char *note = g_ptr_array_index(fixture->journal, i);
        if (g_str_has_suffix(note, " begin")) {
            g_string_append(order, note);
        }
    }
    g_assert_cmpstr(order->str, ==, "m1 beginm2 beginm3 beginm4 beginm5 begin");
    g_assert_cmpint(fixture->installs_most, ==, 1);
}

static void test_jobs_of_one_machine_do_not_overlap(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *first = fixture_submit(fixture, "other", "m", "block:b");
    g_autofree char *second = fixture_submit(fixture, "other", "m", NULL);
    g_autofree char *elsewhere = fixture_submit(fixture, "other", "n", NULL);
    assert_succeeds(fixture, elsewhere);
    fixture_wait_note(fixture, "m at b");
    g_assert_true(job_engine_machine_busy(fixture->engine, "m"));
    g_autofree char *before = fixture_journal(fixture, "m");
    g_assert_cmpstr(before, ==, "begin, run a, run b, at b");
    fixture_open_gate(fixture, "m/b");
    assert_succeeds(fixture, first);
    assert_succeeds(fixture, second);
    g_autofree char *after = fixture_journal(fixture, "m");
    g_assert_cmpstr(after, ==,
                    "begin, run a, run b, at b, run c, end succeeded, "
                    "begin, run a, run b, run c, end succeeded");
    g_assert_false(job_engine_machine_busy(fixture->engine, "m"));
}

static void test_installs_are_bounded_and_others_pass_them(void)
{
    g_autoptr(Fixture) fixture = fixture_new(2);
    fixture_start(fixture);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    for (int i = 1; i <= 3; i++) {
        g_autofree char *machine = g_strdup_printf("m%d", i);
        g_ptr_array_add(ids, fixture_submit(fixture, "install", machine, "block:a"));
    }
    fixture_wait_note(fixture, "m1 at a");
    fixture_wait_note(fixture, "m2 at a");
    g_autofree char *other = fixture_submit(fixture, "other", "n", NULL);
    assert_succeeds(fixture, other);
    g_autofree char *third = fixture_journal(fixture, "m3");
    g_assert_cmpstr(third, ==, "");
    fixture_open_gate(fixture, "m2/a");
    fixture_wait_note(fixture, "m3 at a");
    fixture_open_gate(fixture, "m3/a");
    fixture_open_gate(fixture, "m1/a");
    for (guint i = 0; i < ids->len; i++) {
        assert_succeeds(fixture, g_ptr_array_index(ids, i));
    }
}

static void test_jobs_submitted_before_the_start_are_run(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    fixture_start(fixture);
    assert_succeeds(fixture, id);
}

static void test_unknown_kind_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) error = NULL;
    char *id = job_engine_submit(fixture->engine, "dance", NULL, "m", "m", NULL, NULL, &error);
    g_assert_null(id);
    g_assert_error(error, JOB_ERROR, JOB_ERROR_FAILED);
}

static void test_same_key_and_body_answer_with_the_same_job(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autoptr(GError) error = NULL;
    StoreIdempotency key = { "key-1", "abc" };
    g_autofree char *first = job_engine_submit(fixture->engine, "other", NULL, "m", "m", NULL, &key, &error);
    g_assert_no_error(error);
    g_autofree char *again = job_engine_submit(fixture->engine, "other", NULL, "m", "m", NULL, &key, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(first, ==, again);
    key.fingerprint = "other";
    char *differs = job_engine_submit(fixture->engine, "other", NULL, "m", "m", NULL, &key, &error);
    g_assert_null(differs);
    g_assert_error(error, STORE_ERROR, STORE_ERROR_EXISTS);
}

static void test_queue_has_an_end(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *first = fixture_submit(fixture, "install", "m", "block:a");
    for (int i = 1; i < JOB_ENGINE_QUEUE_LIMIT; i++) {
        g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(job_engine_submit(fixture->engine, "install", NULL, "m", "m", NULL, NULL, &error));
    g_assert_error(error, JOB_ERROR, JOB_ERROR_QUEUE_FULL);
}

// The other takes its room meanwhile; to go on it waits for room again.
static void test_a_job_that_waits_for_another_leaves_it_its_room(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *waits = fixture_submit(fixture, "install", "m", "idle:b");
    fixture_wait_note(fixture, "m at idle-b");
    g_autofree char *other = fixture_submit(fixture, "install", "n", "block:b");
    fixture_wait_note(fixture, "n at b");
    fixture_open_gate(fixture, "m/idle-b");
    g_assert_true(job_engine_wait_end(fixture->engine, waits, 1));
    fixture_open_gate(fixture, "n/b");
    assert_succeeds(fixture, other);
    assert_succeeds(fixture, waits);
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "begin, run a, run b, at idle-b, run c, end succeeded");
}

static void test_a_job_that_waits_for_another_can_be_cancelled(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *waits = fixture_submit(fixture, "install", "m", "idle:b");
    fixture_wait_note(fixture, "m at idle-b");
    g_autofree char *other = fixture_submit(fixture, "install", "n", "block:b");
    fixture_wait_note(fixture, "n at b");
    g_assert_true(job_engine_cancel(fixture->engine, waits, NULL));
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, waits);
    g_assert_cmpstr(job->state, ==, "cancelled");
    fixture_open_gate(fixture, "n/b");
    assert_succeeds(fixture, other);
    g_autofree char *third = fixture_submit(fixture, "install", "o", NULL);
    assert_succeeds(fixture, third);
}

static char *submit_with_next(Fixture *fixture, const char *name, const char *image, GError **error)
{
    const StoreMachine machine = { .uuid = (char *)name, .name = (char *)name };
    const JobNext next = { .kind = "other", .parameters = "block:b", .image = image, .recipe = "recipe" };
    return job_engine_submit_with_next(fixture->engine, "install", &machine, "block:c", &next, NULL, error);
}

static void test_what_goes_on_from_a_job_runs_after_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreJob) job = NULL;
    g_autoptr(StoreMachine) machine = NULL;
    fixture_start(fixture);
    g_autofree char *id = submit_with_next(fixture, "m", "gold", &error);
    g_assert_no_error(error);
    fixture_wait_note(fixture, "m at c");
    g_assert_true(store_job_get(fixture->store, id, &job, NULL));
    g_assert_nonnull(job->next);
    // Killed and started again: both are there.
    fixture_shut(fixture);
    fixture_reopen(fixture, 1);
    fixture_start(fixture);
    fixture_open_gate(fixture, "m/c");
    fixture_wait_note(fixture, "m at b");
    g_autoptr(StoreJob) first = fixture_wait_job(fixture, id);
    g_assert_cmpstr(first->state, ==, "succeeded");
    g_assert_true(store_machine_get(fixture->store, "m", &machine, NULL));
    g_assert_cmpstr(machine->job, ==, id);
    fixture_open_gate(fixture, "m/b");
    g_autoptr(StoreJob) next = fixture_wait_job(fixture, job->next);
    g_assert_cmpstr(next->state, ==, "succeeded");
    g_assert_cmpstr(next->kind, ==, "other");
}

static void test_a_job_whose_next_cannot_be_stored_is_not_stored(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreMachine) machine = NULL;
    g_autofree char *first = submit_with_next(fixture, "m", "gold", NULL);
    g_assert_nonnull(first);
    g_assert_null(submit_with_next(fixture, "n", "gold", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_EXISTS);
    g_assert_false(store_machine_get(fixture->store, "n", &machine, NULL));
    g_autoptr(GPtrArray) jobs = store_job_unfinished(fixture->store, NULL);
    g_assert_cmpuint(jobs->len, ==, 2);
}

typedef struct {
    Fixture *fixture;
    const char *id;
    gint64 sequence;
    gboolean result;
} Waiter;

static gpointer wait_event(gpointer data)
{
    Waiter *waiter = data;
    waiter->result = job_engine_wait_event(waiter->fixture->engine, waiter->id, waiter->sequence, G_MAXINT);
    return NULL;
}

static gpointer wait_end(gpointer data)
{
    Waiter *waiter = data;
    waiter->result = job_engine_wait_end(waiter->fixture->engine, waiter->id, G_MAXINT);
    return NULL;
}

static void test_waiters_wake_on_events_and_at_the_end(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    fixture_wait_note(fixture, "m at b");
    g_autoptr(GPtrArray) events = store_event_list(fixture->store, id, 0, 100, NULL);
    const StoreEvent *last = g_ptr_array_index(events, events->len - 1);
    Waiter first = { fixture, id, last->sequence, FALSE };
    Waiter second = { fixture, id, 0, FALSE };
    GThread *event_thread = g_thread_new("event", wait_event, &first);
    GThread *end_thread = g_thread_new("end", wait_end, &second);
    fixture_open_gate(fixture, "m/b");
    g_thread_join(event_thread);
    g_thread_join(end_thread);
    g_assert_true(first.result);
    g_assert_true(second.result);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    // Nothing more will come: no waiting.
    g_assert_true(job_engine_wait_event(fixture->engine, id, G_MAXINT64, G_MAXINT));
}

static void test_waiting_ends_after_the_given_time(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:a");
    g_assert_true(job_engine_wait_end(fixture->engine, id, 1));
    g_autoptr(StoreJob) job = NULL;
    g_assert_true(store_job_get(fixture->store, id, &job, NULL));
    g_assert_null(job->finished);
}

static void test_waiters_wake_when_the_engine_stops(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:a");
    fixture_wait_note(fixture, "m at a");
    Waiter waiter = { fixture, id, 0, TRUE };
    GThread *thread = g_thread_new("end", wait_end, &waiter);
    job_engine_stop(fixture->engine);
    g_thread_join(thread);
    g_assert_false(waiter.result);
    g_autoptr(GError) error = NULL;
    g_assert_null(job_engine_submit(fixture->engine, "other", NULL, "n", "n", NULL, NULL, &error));
    g_assert_error(error, JOB_ERROR, JOB_ERROR_INTERRUPTED);
}

#define SUBMITTERS 10
#define JOBS_EACH  10

typedef struct {
    Fixture *fixture;
    int number;
    char *ids[JOBS_EACH];
} Submitter;

static gpointer submit_many(gpointer data)
{
    Submitter *submitter = data;
    for (int i = 0; i < JOBS_EACH; i++) {
        // Machines are shared between submitters, so that jobs wait for each other too.
        g_autofree char *machine = g_strdup_printf("m%d", (submitter->number + i) % 13);
        submitter->ids[i] = fixture_submit(submitter->fixture, i % 2 == 0 ? "install" : "other", machine,
                                           i % 5 == 0 ? "fail:b" : NULL);
        if (i % 3 == 0) {
            g_assert_true(job_engine_cancel(submitter->fixture->engine, submitter->ids[i], NULL));
        }
    }
    return NULL;
}

static void test_hundred_jobs_from_ten_threads_all_end(void)
{
    g_autoptr(Fixture) fixture = fixture_new(3);
    fixture_start(fixture);
    Submitter submitters[SUBMITTERS] = { 0 };
    GThread *threads[SUBMITTERS];
    for (int i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (Submitter){ .fixture = fixture, .number = i };
        threads[i] = g_thread_new("submitter", submit_many, &submitters[i]);
    }
    for (int i = 0; i < SUBMITTERS; i++) {
        g_thread_join(threads[i]);
    }
    for (int i = 0; i < SUBMITTERS; i++) {
        for (int j = 0; j < JOBS_EACH; j++) {
            g_autoptr(StoreJob) job = fixture_wait_job(fixture, submitters[i].ids[j]);
            const char *expected = j % 5 == 0 ? "failed" : "succeeded";
            if (j % 3 != 0 || g_strcmp0(job->state, "cancelled") != 0) {
                g_assert_cmpstr(job->state, ==, expected);
            }
            g_free(submitters[i].ids[j]);
        }
    }
    g_assert_cmpint(fixture->installs_most, <=, 3);
    g_autoptr(GPtrArray) unfinished = store_job_unfinished(fixture->store, NULL);
    g_assert_cmpuint(unfinished->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine/steps-run-in-order", test_steps_run_in_order);
    g_test_add_func("/engine/events-tell-everything-in-order", test_events_tell_everything_in_order);
    g_test_add_func("/engine/installs-run-in-order-of-submission", test_installs_run_in_order_of_submission);
    g_test_add_func("/engine/jobs-of-one-machine-do-not-overlap", test_jobs_of_one_machine_do_not_overlap);
    g_test_add_func("/engine/installs-are-bounded-and-others-pass-them",
                    test_installs_are_bounded_and_others_pass_them);
    g_test_add_func("/engine/jobs-submitted-before-the-start-are-run",
                    test_jobs_submitted_before_the_start_are_run);
    g_test_add_func("/engine/unknown-kind-is-refused", test_unknown_kind_is_refused);
    g_test_add_func("/engine/same-key-and-body-answer-with-the-same-job",
                    test_same_key_and_body_answer_with_the_same_job);
    g_test_add_func("/engine/queue-has-an-end", test_queue_has_an_end);
    g_test_add_func("/engine/waiters-wake-on-events-and-at-the-end",
                    test_waiters_wake_on_events_and_at_the_end);
    g_test_add_func("/engine/waiting-ends-after-the-given-time", test_waiting_ends_after_the_given_time);
    g_test_add_func("/engine/waiters-wake-when-the-engine-stops", test_waiters_wake_when_the_engine_stops);
    g_test_add_func("/engine/a-job-that-waits-for-another-leaves-it-its-room",
                    test_a_job_that_waits_for_another_leaves_it_its_room);
    g_test_add_func("/engine/a-job-that-waits-for-another-can-be-cancelled",
                    test_a_job_that_waits_for_another_can_be_cancelled);
    g_test_add_func("/engine/what-goes-on-from-a-job-runs-after-it",
                    test_what_goes_on_from_a_job_runs_after_it);
    g_test_add_func("/engine/a-job-whose-next-cannot-be-stored-is-not-stored",
                    test_a_job_whose_next_cannot_be_stored_is_not_stored);
    g_test_add_func("/engine/hundred-jobs-from-ten-threads-all-end",
                    test_hundred_jobs_from_ten_threads_all_end);
    return g_test_run();
}
