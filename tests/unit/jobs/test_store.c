// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the store: machines, jobs, steps, events, idempotency keys, inspections. Its file is the matter
// of test_store_file.c.
#include "tests/unit/jobs/fixture.h"

#include <string.h>

#include "daemon/jobs/store_private.h"

static const char *const phases[] = { "a", "b", "c", NULL };

static gboolean insert(Fixture *fixture, const char *machine_name, const char *job_id,
                       const StoreIdempotency *idempotency, GError **error)
{
    g_autofree char *uuid = g_strconcat("uuid-", machine_name, NULL);
    StoreMachine machine = {
        .uuid = uuid,
        .name = (char *)machine_name,
        .template_name = (char *)"win7-pro-x64",
        .disc = (char *)"win7",
        .edition = (char *)"PROFESSIONAL",
        .architecture = (char *)"amd64",
        .request = (char *)"{\"name\":\"x\"}",
    };
    StoreJob job = {
        .id = (char *)job_id,
        .kind = (char *)"create",
        .machine_name = (char *)machine_name,
        .machine_uuid = uuid,
        .parameters = (char *)"{\"x\":1}",
    };
    return store_job_insert(fixture->store, &machine, &job, phases, idempotency, error);
}

static void insert_well(Fixture *fixture, const char *machine_name, const char *job_id)
{
    g_autoptr(GError) error = NULL;
    insert(fixture, machine_name, job_id, NULL, &error);
    g_assert_no_error(error);
}

static StoreJob *get_job(Fixture *fixture, const char *id)
{
    g_autoptr(GError) error = NULL;
    StoreJob *job = NULL;
    store_job_get(fixture->store, id, &job, &error);
    g_assert_no_error(error);
    return job;
}

static StoreMachine *get_machine(Fixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    StoreMachine *machine = NULL;
    store_machine_get(fixture->store, name, &machine, &error);
    g_assert_no_error(error);
    return machine;
}

static void test_machine_job_and_steps_come_together(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_autoptr(StoreMachine) machine = get_machine(fixture, "m");
    g_assert_cmpstr(machine->uuid, ==, "uuid-m");
    g_assert_cmpstr(machine->state, ==, "installing");
    g_assert_cmpstr(machine->template_name, ==, "win7-pro-x64");
    g_assert_cmpstr(machine->edition, ==, "PROFESSIONAL");
    g_assert_cmpstr(machine->job, ==, "j1");
    g_assert_null(machine->agent);
    g_assert_nonnull(machine->created);
    g_autoptr(StoreJob) job = get_job(fixture, "j1");
    g_assert_cmpstr(job->state, ==, "queued");
    g_assert_cmpstr(job->machine_name, ==, "m");
    g_assert_cmpstr(job->parameters, ==, "{\"x\":1}");
    g_assert_cmpint(job->progress, ==, 0);
    g_assert_null(job->started);
    g_autofree char *steps = fixture_steps(fixture, "j1");
    g_assert_cmpstr(steps, ==, "a pending, b pending, c pending");
}

static void test_taken_name_leaves_nothing_behind(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_autoptr(GError) error = NULL;
    g_assert_false(insert(fixture, "m", "j2", NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_EXISTS);
    g_assert_nonnull(strstr(error->message, "table machines, key \"m\""));
    StoreJob *job = NULL;
    g_assert_false(store_job_get(fixture->store, "j2", &job, NULL));
    g_autoptr(StoreMachine) machine = get_machine(fixture, "m");
    g_assert_cmpstr(machine->job, ==, "j1");
}

static void test_later_job_becomes_the_machines_job(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    StoreJob row = { .id = (char *)"j2",
                     .kind = (char *)"delete",
                     .machine_name = (char *)"m",
                     .machine_uuid = (char *)"uuid-m" };
    g_assert_true(store_job_insert(fixture->store, NULL, &row, phases, NULL, NULL));
    g_autoptr(StoreMachine) machine = get_machine(fixture, "m");
    g_assert_cmpstr(machine->job, ==, "j2");
}

static void test_machine_changes(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    insert_well(fixture, "n", "j2");
    guint count = 0;
    g_assert_true(store_machine_count(fixture->store, &count, NULL));
    g_assert_cmpuint(count, ==, 2);
    g_assert_true(store_machine_set_state(fixture->store, "uuid-m", "failed", "no-space", "full", NULL));
    g_assert_true(store_machine_set_boot_disc(fixture->store, "uuid-m", "key", NULL));
    g_assert_true(store_machine_set_agent(fixture->store, "uuid-m", "{\"os\":1}", NULL));
    g_autoptr(StoreMachine) failed = get_machine(fixture, "m");
    g_assert_cmpstr(failed->state, ==, "failed");
    g_assert_cmpstr(failed->error_code, ==, "no-space");
    g_assert_cmpstr(failed->error_message, ==, "full");
    g_assert_cmpstr(failed->boot_disc, ==, "key");
    g_assert_cmpstr(failed->agent, ==, "{\"os\":1}");
    g_assert_true(store_boot_disc_users(fixture->store, "key", &count, NULL));
    g_assert_cmpuint(count, ==, 1);
    g_assert_true(store_machine_set_state(fixture->store, "uuid-m", "ready", NULL, NULL, NULL));
    g_assert_true(store_machine_set_boot_disc(fixture->store, "uuid-m", NULL, NULL));
    g_autoptr(StoreMachine) ready = get_machine(fixture, "m");
    g_assert_null(ready->error_code);
    g_assert_null(ready->boot_disc);
    g_autoptr(StoreMachine) other = get_machine(fixture, "n");
    g_assert_cmpstr(other->state, ==, "installing");
}

static void test_wrong_states_and_missing_machines_are_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_autoptr(GError) wrong = NULL;
    g_assert_false(store_machine_set_state(fixture->store, "uuid-m", "dancing", NULL, NULL, &wrong));
    g_assert_error(wrong, STORE_ERROR, STORE_ERROR_FAILED);
    g_autoptr(GError) step = NULL;
    g_assert_false(store_step_set(fixture->store, "j1", "a", "lost", NULL, &step));
    g_assert_error(step, STORE_ERROR, STORE_ERROR_FAILED);
    g_autoptr(GError) missing = NULL;
    g_assert_false(store_machine_set_state(fixture->store, "uuid-x", "ready", NULL, NULL, &missing));
    g_assert_error(missing, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_autoptr(GError) unknown = NULL;
    StoreMachine *machine = NULL;
    g_assert_false(store_machine_get(fixture->store, "x", &machine, &unknown));
    g_assert_error(unknown, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_assert_null(machine);
    g_autoptr(GError) unknown_step = NULL;
    g_assert_false(store_step_set(fixture->store, "j1", "z", "done", NULL, &unknown_step));
    g_assert_error(unknown_step, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static void test_deleted_machine_leaves_its_jobs(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_assert_true(store_event_add(fixture->store, "j1", "log", "{}", NULL, NULL));
    g_assert_true(store_machine_delete(fixture->store, "uuid-m", NULL));
    g_assert_true(store_machine_delete(fixture->store, "uuid-m", NULL));
    StoreMachine *machine = NULL;
    g_assert_false(store_machine_get(fixture->store, "m", &machine, NULL));
    g_autoptr(StoreJob) job = get_job(fixture, "j1");
    g_assert_cmpstr(job->machine_name, ==, "m");
    g_autoptr(GPtrArray) events = store_event_list(fixture->store, "j1", 0, 10, NULL);
    g_assert_cmpuint(events->len, ==, 1);
    insert_well(fixture, "m", "j2");
}

static void test_machines_page_by_name(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    static const char *const names[] = { "d", "b", "e", "a", "c" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        insert_well(fixture, names[i], names[i]);
    }
    g_assert_true(store_machine_set_state(fixture->store, "uuid-c", "ready", NULL, NULL, NULL));
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autofree char *after = NULL;
    for (;;) {
        g_autoptr(GPtrArray) page = store_machine_list(fixture->store, NULL, after, 2, NULL);
        if (page->len == 0) {
            break;
        }
        for (guint i = 0; i < page->len; i++) {
            g_string_append(seen, ((StoreMachine *)g_ptr_array_index(page, i))->name);
        }
        g_string_append_c(seen, '|');
        g_free(after);
        after = g_strdup(((StoreMachine *)g_ptr_array_index(page, page->len - 1))->name);
    }
    g_assert_cmpstr(seen->str, ==, "ab|cd|e|");
    g_autoptr(GPtrArray) ready = store_machine_list(fixture->store, "ready", NULL, 10, NULL);
    g_assert_cmpuint(ready->len, ==, 1);
}

static void test_jobs_page_newest_first(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    static const char *const ids[] = { "j3", "j1", "j2" }; // names do not give the order
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        insert_well(fixture, ids[i], ids[i]);
    }
    g_autoptr(GPtrArray) first = store_job_list(fixture->store, NULL, NULL, NULL, 2, NULL);
    g_assert_cmpuint(first->len, ==, 2);
    g_assert_cmpstr(((StoreJob *)g_ptr_array_index(first, 0))->id, ==, "j2");
    g_assert_cmpstr(((StoreJob *)g_ptr_array_index(first, 1))->id, ==, "j1");
    g_autoptr(GPtrArray) second = store_job_list(fixture->store, NULL, NULL, "j1", 2, NULL);
    g_assert_cmpuint(second->len, ==, 1);
    g_assert_cmpstr(((StoreJob *)g_ptr_array_index(second, 0))->id, ==, "j3");
    g_assert_true(store_job_start(fixture->store, "j1", NULL));
    g_autoptr(GPtrArray) running = store_job_list(fixture->store, NULL, "running", NULL, 10, NULL);
    g_assert_cmpuint(running->len, ==, 1);
    g_autoptr(GPtrArray) of_machine = store_job_list(fixture->store, "j3", NULL, NULL, 10, NULL);
    g_assert_cmpuint(of_machine->len, ==, 1);
    g_autoptr(GPtrArray) unknown = store_job_list(fixture->store, NULL, NULL, "nobody", 10, NULL);
    g_assert_cmpuint(unknown->len, ==, 0);
}

static void test_job_lives_from_queued_to_its_end(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_assert_true(store_job_start(fixture->store, "j1", NULL));
    g_assert_true(store_step_set(fixture->store, "j1", "a", "running", NULL, NULL));
    g_assert_true(store_step_set(fixture->store, "j1", "a", "done", "all well", NULL));
    g_assert_true(store_step_set(fixture->store, "j1", "b", "running", NULL, NULL));
    g_assert_true(store_job_request_cancel(fixture->store, "j1", NULL));
    g_assert_true(
        store_job_begin_undo(fixture->store, "j1", "cancelled", "cancelled", "on request", "b", NULL));
    g_autoptr(StoreJob) undoing = get_job(fixture, "j1");
    g_assert_cmpstr(undoing->state, ==, "running");
    g_assert_cmpstr(undoing->phase, ==, "b");
    g_assert_cmpstr(undoing->outcome, ==, "cancelled");
    g_assert_true(undoing->cancel_requested);
    g_assert_nonnull(undoing->started);
    g_assert_null(undoing->finished);
    g_assert_true(store_job_finish(fixture->store, "j1", "cancelled", "cancelled", "on request", "b", NULL));
    g_autoptr(StoreJob) ended = get_job(fixture, "j1");
    g_assert_cmpstr(ended->state, ==, "cancelled");
    g_assert_cmpstr(ended->error_phase, ==, "b");
    g_assert_nonnull(ended->finished);
    g_autofree char *steps = fixture_steps(fixture, "j1");
    g_assert_cmpstr(steps, ==, "a done, b running, c skipped");
    g_autoptr(GPtrArray) unfinished = store_job_unfinished(fixture->store, NULL);
    g_assert_cmpuint(unfinished->len, ==, 0);
}

static void test_ended_job_stays_as_it_ended(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_assert_true(store_job_finish(fixture->store, "j1", "succeeded", NULL, NULL, NULL, NULL));
    g_assert_true(store_job_request_cancel(fixture->store, "j1", NULL));
    g_assert_true(store_job_start(fixture->store, "j1", NULL));
    g_assert_true(store_job_finish(fixture->store, "j1", "failed", "x", "x", "x", NULL));
    g_autoptr(StoreJob) job = get_job(fixture, "j1");
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_assert_cmpint(job->progress, ==, 100);
    g_assert_false(job->cancel_requested);
    g_assert_null(job->error_code);
    g_autoptr(GError) error = NULL;
    g_assert_false(store_job_start(fixture->store, "nobody", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static void test_stored_progress_only_rises(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    static const struct {
        int set, expected;
    } cases[] = { { 40, 40 }, { 10, 40 }, { -5, 40 }, { 41, 41 }, { 300, 100 } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(store_job_set_progress(fixture->store, "j1", cases[i].set, NULL));
        g_autoptr(StoreJob) job = get_job(fixture, "j1");
        g_assert_cmpint(job->progress, ==, cases[i].expected);
    }
}

static void test_events_page_by_sequence_within_their_job(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    insert_well(fixture, "n", "j2");
    gint64 sequences[3] = { 0 };
    g_assert_true(store_event_add(fixture->store, "j1", "state", "{\"n\":1}", &sequences[0], NULL));
    g_assert_true(store_event_add(fixture->store, "j2", "log", "{\"n\":2}", &sequences[1], NULL));
    g_assert_true(store_event_add(fixture->store, "j1", "log", "{\"n\":3}", &sequences[2], NULL));
    g_assert_cmpint(sequences[0], <, sequences[1]);
    g_assert_cmpint(sequences[1], <, sequences[2]);
    g_autoptr(GPtrArray) first = store_event_list(fixture->store, "j1", 0, 1, NULL);
    g_assert_cmpuint(first->len, ==, 1);
    const StoreEvent *event = g_ptr_array_index(first, 0);
    g_assert_cmpstr(event->kind, ==, "state");
    g_assert_cmpstr(event->data, ==, "{\"n\":1}");
    g_autoptr(GPtrArray) rest = store_event_list(fixture->store, "j1", event->sequence, 10, NULL);
    g_assert_cmpuint(rest->len, ==, 1);
    g_assert_cmpint(((StoreEvent *)g_ptr_array_index(rest, 0))->sequence, ==, sequences[2]);
    gint64 last = 0;
    g_assert_true(store_event_last(fixture->store, "j1", &last, NULL));
    g_assert_cmpint(last, ==, sequences[2]);
    g_autoptr(GError) error = NULL;
    g_assert_false(store_event_add(fixture->store, "nobody", "log", "{}", NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

// Adds @count events of @kind in one transaction, which spares the fsyncs.
static void add_events(Fixture *fixture, const char *kind, int count)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(store_begin(fixture->store, &error));
    for (int i = 0; i < count; i++) {
        g_assert_true(store_event_add(fixture->store, "j1", kind, "{}", NULL, &error));
    }
    g_assert_true(store_end(fixture->store, TRUE, &error));
}

static void test_events_are_bounded_and_console_goes_first(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    add_events(fixture, "state", 3);
    add_events(fixture, "console", STORE_EVENTS_PER_JOB - 3);
    add_events(fixture, "log", 5);
    g_autoptr(GPtrArray) events = store_event_list(fixture->store, "j1", 0, G_MAXUINT, NULL);
    g_assert_cmpuint(events->len, ==, STORE_EVENTS_PER_JOB);
    int console = 0;
    for (guint i = 0; i < events->len; i++) {
        const StoreEvent *event = g_ptr_array_index(events, i);
        console += g_str_equal(event->kind, "console");
    }
    g_assert_cmpint(console, ==, STORE_EVENTS_PER_JOB - 3 - 5);
    const StoreEvent *third = g_ptr_array_index(events, 2);
    const StoreEvent *fourth = g_ptr_array_index(events, 3);
    g_assert_cmpstr(third->kind, ==, "state");
    g_assert_cmpint(fourth->sequence, ==, third->sequence + 1 + 5); // the oldest console ones went
    add_events(fixture, "log", STORE_EVENTS_PER_JOB);
    g_autoptr(GPtrArray) logs = store_event_list(fixture->store, "j1", 0, G_MAXUINT, NULL);
    g_assert_cmpuint(logs->len, ==, STORE_EVENTS_PER_JOB);
    g_assert_cmpstr(((StoreEvent *)g_ptr_array_index(logs, 2))->kind, ==, "state");
}

static void test_idempotency_key_finds_its_job_for_a_day(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    StoreIdempotency key = { "key", "print" };
    g_autofree char *unknown = NULL;
    g_assert_true(store_idempotency_find(fixture->store, &key, &unknown, NULL));
    g_assert_null(unknown);
    g_assert_true(insert(fixture, "m", "j1", &key, NULL));
    g_autofree char *known = NULL;
    g_assert_true(store_idempotency_find(fixture->store, &key, &known, NULL));
    g_assert_cmpstr(known, ==, "j1");
    StoreIdempotency other = { "key", "another" };
    g_autofree char *differs = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_false(store_idempotency_find(fixture->store, &other, &differs, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_EXISTS);
    g_autoptr(GError) twice = NULL;
    g_assert_false(insert(fixture, "n", "j2", &key, &twice));
    g_assert_error(twice, STORE_ERROR, STORE_ERROR_EXISTS);

    fixture_sql(fixture, "UPDATE idempotency_keys SET created = created - 86400");
    g_autofree char *expired = NULL;
    g_assert_true(store_idempotency_find(fixture->store, &other, &expired, NULL));
    g_assert_null(expired);
    g_assert_true(insert(fixture, "n", "j2", &other, NULL));
}

static void test_no_key_is_no_idempotency(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    StoreIdempotency none = { NULL, "print" };
    g_assert_true(insert(fixture, "m", "j1", &none, NULL));
    g_assert_true(insert(fixture, "n", "j2", &none, NULL));
    g_autofree char *job = NULL;
    g_assert_true(store_idempotency_find(fixture->store, &none, &job, NULL));
    g_assert_null(job);
}

static void test_inspection_is_valid_for_one_identity(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autofree char *none = NULL;
    g_assert_true(store_inspection_get(fixture->store, "/d/a.iso", "1:2:3:4", &none, NULL));
    g_assert_null(none);
    g_assert_true(store_inspection_set(fixture->store, "/d/a.iso", "1:2:3:4", "{\"a\":1}", NULL));
    g_autofree char *found = NULL;
    g_assert_true(store_inspection_get(fixture->store, "/d/a.iso", "1:2:3:4", &found, NULL));
    g_assert_cmpstr(found, ==, "{\"a\":1}");
    g_assert_true(store_inspection_set(fixture->store, "/d/a.iso", "1:2:3:5", "{\"a\":2}", NULL));
    g_autofree char *old = NULL;
    g_assert_true(store_inspection_get(fixture->store, "/d/a.iso", "1:2:3:4", &old, NULL));
    g_assert_null(old);
    g_autofree char *replaced = NULL;
    g_assert_true(store_inspection_get(fixture->store, "/d/a.iso", "1:2:3:5", &replaced, NULL));
    g_assert_cmpstr(replaced, ==, "{\"a\":2}");
}

static void test_failed_part_undoes_the_whole_transaction(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert_well(fixture, "m", "j1");
    g_autoptr(GError) error = NULL;
    g_assert_true(store_begin(fixture->store, NULL));
    g_assert_true(store_step_set(fixture->store, "j1", "a", "done", NULL, NULL));
    g_assert_false(store_step_set(fixture->store, "j1", "z", "done", NULL, NULL));
    g_assert_false(store_end(fixture->store, TRUE, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FAILED);
    g_autofree char *steps = fixture_steps(fixture, "j1");
    g_assert_cmpstr(steps, ==, "a pending, b pending, c pending");
    g_assert_true(store_step_set(fixture->store, "j1", "a", "done", NULL, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/machine-job-and-steps-come-together", test_machine_job_and_steps_come_together);
    g_test_add_func("/store/taken-name-leaves-nothing-behind", test_taken_name_leaves_nothing_behind);
    g_test_add_func("/store/later-job-becomes-the-machines-job", test_later_job_becomes_the_machines_job);
    g_test_add_func("/store/machine-changes", test_machine_changes);
    g_test_add_func("/store/wrong-states-and-missing-machines-are-refused",
                    test_wrong_states_and_missing_machines_are_refused);
    g_test_add_func("/store/deleted-machine-leaves-its-jobs", test_deleted_machine_leaves_its_jobs);
    g_test_add_func("/store/machines-page-by-name", test_machines_page_by_name);
    g_test_add_func("/store/jobs-page-newest-first", test_jobs_page_newest_first);
    g_test_add_func("/store/job-lives-from-queued-to-its-end", test_job_lives_from_queued_to_its_end);
    g_test_add_func("/store/ended-job-stays-as-it-ended", test_ended_job_stays_as_it_ended);
    g_test_add_func("/store/stored-progress-only-rises", test_stored_progress_only_rises);
    g_test_add_func("/store/events-page-by-sequence-within-their-job",
                    test_events_page_by_sequence_within_their_job);
    g_test_add_func("/store/events-are-bounded-and-console-goes-first",
                    test_events_are_bounded_and_console_goes_first);
    g_test_add_func("/store/idempotency-key-finds-its-job-for-a-day",
                    test_idempotency_key_finds_its_job_for_a_day);
    g_test_add_func("/store/no-key-is-no-idempotency", test_no_key_is_no_idempotency);
    g_test_add_func("/store/inspection-is-valid-for-one-identity", test_inspection_is_valid_for_one_identity);
    g_test_add_func("/store/failed-part-undoes-the-whole-transaction",
                    test_failed_part_undoes_the_whole_transaction);
    return g_test_run();
}
