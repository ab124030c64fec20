// SPDX-License-Identifier: GPL-3.0-or-later
// What counts against quotas, read from rows alone; jobs that wait until they are admitted; schema 8.
#include "tests/unit/jobs/fixture.h"

#include <string.h>

#include "daemon/jobs/store_private.h"

static const char *const phases[] = { "a", NULL };

static void insert(Fixture *fixture, const char *name, const char *owner, const char *kind, gboolean gated)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = g_strconcat("uuid-", name, NULL);
    g_autofree char *job_id = g_strconcat("job-", name, NULL);
    const StoreMachine machine = { .uuid = uuid,
                                   .name = (char *)name,
                                   .state = (char *)"ready",
                                   .owner = (char *)owner,
                                   .vcpus = 2,
                                   .memory_mib = 2048,
                                   .disk_gib = 32 };
    const StoreJob job = {
        .id = job_id, .kind = (char *)kind, .machine_name = (char *)name, .machine_uuid = uuid, .gated = gated
    };
    store_job_insert(fixture->store, &machine, &job, phases, NULL, &error);
    g_assert_no_error(error);
}

// Another job of a machine that is there.
static void insert_start(Fixture *fixture, const char *name, const char *id)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = g_strconcat("uuid-", name, NULL);
    const StoreJob job = { .id = (char *)id,
                           .kind = (char *)"start",
                           .machine_name = (char *)name,
                           .machine_uuid = uuid,
                           .gated = TRUE };
    store_job_insert(fixture->store, NULL, &job, phases, NULL, &error);
    g_assert_no_error(error);
}

static void assert_use(Fixture *fixture, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) uses = store_quota_use(fixture->store, "create", &error);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < uses->len; i++) {
        const StoreUse *use = uses->pdata[i];
        g_string_append_printf(text, "%s%s: m%d/%d v%d M%d d%d i%d", i > 0 ? ", " : "", use->user,
                               (int)use->amount.machines, (int)use->running, (int)use->amount.vcpus,
                               (int)use->amount.memory_mib, (int)use->amount.disk_gib,
                               (int)use->amount.installs);
    }
    g_assert_cmpstr(text->str, ==, wanted);
}

static void assert_waiters(Fixture *fixture, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) waiters = store_quota_waiters(fixture->store, "create", &error);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < waiters->len; i++) {
        const StoreWaiter *waiter = waiters->pdata[i];
        g_string_append_printf(text, "%s%s %s*%d m%d v%d M%d d%d i%d", i > 0 ? ", " : "", waiter->job,
                               waiter->user, (int)waiter->overtaken, (int)waiter->need.machines,
                               (int)waiter->need.vcpus, (int)waiter->need.memory_mib,
                               (int)waiter->need.disk_gib, (int)waiter->need.installs);
    }
    g_assert_cmpstr(text->str, ==, wanted);
}

static gboolean admit(Fixture *fixture, const char *job, const char *overtaken)
{
    g_autoptr(GError) error = NULL;
    const char *const jobs[] = { overtaken, NULL };
    gboolean admitted = FALSE;
    store_quota_admit(fixture->store, job, jobs, &admitted, &error);
    g_assert_no_error(error);
    return admitted;
}

static void test_machine_counts_from_admission_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert(fixture, "a", "uid=1", "create", TRUE);
    assert_use(fixture, "");
    assert_waiters(fixture, "job-a uid=1*0 m1 v2 M2048 d32 i1");
    g_assert_true(admit(fixture, "job-a", NULL));
    assert_waiters(fixture, "");
    assert_use(fixture, "uid=1: m1/1 v2 M2048 d32 i1");
    store_job_finish(fixture->store, "job-a", "succeeded", NULL, NULL, NULL, NULL);
    store_quota_set_runs(fixture->store, "uuid-a", FALSE, NULL);
    assert_use(fixture, "uid=1: m1/0 v0 M0 d32 i0");
    store_machine_delete(fixture->store, "uuid-a", NULL);
    assert_use(fixture, "");
}

static void test_admission_is_once_and_of_those_that_wait(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert(fixture, "a", "uid=1", "clone", TRUE);
    insert(fixture, "b", "uid=2", "clone", TRUE);
    g_assert_true(admit(fixture, "job-b", "job-a"));
    g_assert_false(admit(fixture, "job-b", "job-a"));
    assert_waiters(fixture, "job-a uid=1*1 m1 v2 M2048 d32 i0");
    store_job_finish(fixture->store, "job-a", "cancelled", NULL, NULL, NULL, NULL);
    g_assert_false(admit(fixture, "job-a", NULL));
    assert_waiters(fixture, "");
    assert_use(fixture, "uid=2: m1/1 v2 M2048 d32 i0");
}

static void test_cancelled_job_does_not_wait(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    gboolean waits = TRUE;
    insert(fixture, "a", "uid=1", "clone", TRUE);
    store_job_request_cancel(fixture->store, "job-a", NULL);
    assert_waiters(fixture, "");
    g_assert_true(store_quota_set_waiting(fixture->store, "job-a", "waits", &waits, NULL));
    g_assert_false(waits);
}

static void test_start_takes_what_its_machine_does_not_have(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert(fixture, "a", "token ci", "create", FALSE);
    assert_use(fixture, "token ci: m1/0 v0 M0 d32 i0");
    insert_start(fixture, "a", "job-start");
    assert_waiters(fixture, "job-start token ci*0 m0 v2 M2048 d0 i0");
    store_quota_set_runs(fixture->store, "uuid-a", TRUE, NULL);
    assert_waiters(fixture, "job-start token ci*0 m0 v0 M0 d0 i0");
}

static void test_machine_of_a_pool_counts_for_its_holder(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert(fixture, "a", NULL, "clone", FALSE);
    fixture_sql(fixture, "INSERT INTO images (name, uuid, state, machine, created)"
                         "  VALUES ('gold', 'u', 'ready', 'm', '');"
                         "INSERT INTO pools VALUES ('ci', 'gold', 'active', 1, 1, NULL, '');"
                         "UPDATE machines SET pool = 'ci', pool_state = 'leased', runs = 1;");
    assert_use(fixture, "pool ci: m1/1 v2 M2048 d32 i0");
    fixture_sql(fixture, "INSERT INTO leases (id, pool, holder, state, machine_uuid, lifetime, created)"
                         "  VALUES ('l', 'ci', 'uid=7', 'held', 'uuid-a', 60, '');");
    assert_use(fixture, "uid=7: m1/1 v2 M2048 d32 i0");
    fixture_sql(fixture, "UPDATE leases SET state = 'ended'");
    assert_use(fixture, "pool ci: m1/1 v2 M2048 d32 i0");
}

static void test_what_is_at_work_is_busy(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert(fixture, "a", "uid=1", "clone", TRUE);
    g_autoptr(GPtrArray) none = store_quota_power(fixture->store, NULL);
    g_assert_cmpuint(none->len, ==, 0);
    admit(fixture, "job-a", NULL);
    g_autoptr(GPtrArray) at_work = store_quota_power(fixture->store, NULL);
    g_assert_cmpuint(at_work->len, ==, 1);
    g_assert_true(((StorePower *)at_work->pdata[0])->runs && ((StorePower *)at_work->pdata[0])->busy);
    store_job_finish(fixture->store, "job-a", "succeeded", NULL, NULL, NULL, NULL);
    g_autoptr(GPtrArray) ended = store_quota_power(fixture->store, NULL);
    g_assert_false(((StorePower *)ended->pdata[0])->busy);
}

static void test_nothing_is_lost_over_a_restart(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    insert(fixture, "a", "uid=1", "create", TRUE);
    insert(fixture, "b", "uid=2", "create", TRUE);
    admit(fixture, "job-a", NULL);
    fixture_shut(fixture);
    fixture_reopen(fixture, 1);
    assert_use(fixture, "uid=1: m1/1 v2 M2048 d32 i1");
    assert_waiters(fixture, "job-b uid=2*0 m1 v2 M2048 d32 i1");
}

// As schema 6 had it: an install, a clone of its image that says less, one of an image of that, and jobs.
static const char rows_of_6[] = FIXTURE_UNDO_8 FIXTURE_UNDO_7
    "INSERT INTO images (name, uuid, state, machine, request, created) VALUES ('gold', 'u1', 'ready', 'm',"
    "  '{\"hardware\":{\"vcpus\":2,\"memory_mib\":2048,\"disk_gib\":32}}', '');"
    "INSERT INTO images (name, uuid, state, machine, parent, request, created) VALUES ('silver', 'u2',"
    "  'ready', 'm', 'gold', '{\"image\":\"gold\",\"hardware\":{\"memory_mib\":1024}}', '');"
    "INSERT INTO machines (uuid, name, state, request, created) VALUES ('u3', 'installed', 'ready',"
    "  '{\"hardware\":{\"vcpus\":1,\"memory_mib\":3072,\"disk_gib\":40}}', '');"
    "INSERT INTO machines (uuid, name, state, request, image, created)"
    "  VALUES ('u4', 'clone', 'ready', '{\"hardware\":{\"vcpus\":4}}', 'silver', '');"
    "INSERT INTO machines (uuid, name, state, request, created) VALUES ('u5', 'bare', 'ready', NULL, '');"
    "INSERT INTO machines (uuid, name, state, request, created) VALUES ('u6', 'new', 'installing',"
    "  '{\"hardware\":{\"vcpus\":1,\"memory_mib\":1024,\"disk_gib\":20}}', '');"
    "INSERT INTO jobs (id, kind, machine_name, machine_uuid, state, created)"
    "  VALUES ('job-run', 'start', 'installed', 'u3', 'running', '');"
    "INSERT INTO jobs (id, kind, machine_name, machine_uuid, state, created)"
    "  VALUES ('job-new', 'create', 'new', 'u6', 'queued', '');"
    "INSERT INTO jobs (id, kind, machine_name, machine_uuid, state, created)"
    "  VALUES ('job-seal', 'seal', 'clone', 'u4', 'queued', '');"
    "PRAGMA user_version = 6;";

static void test_schema_6_is_migrated(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreMachine) clone = NULL;
    g_autoptr(StoreJob) run = NULL, seal = NULL;
    fixture_sql(fixture, rows_of_6);
    fixture_shut(fixture);
    fixture_reopen(fixture, 1);
    g_assert_true(store_machine_get(fixture->store, "clone", &clone, NULL));
    g_assert_cmpuint(clone->vcpus, ==, 4);
    g_assert_cmpuint(clone->memory_mib, ==, 1024);
    g_assert_cmpuint(clone->disk_gib, ==, 32);
    g_assert_null(clone->owner);
    assert_use(fixture, "nobody: m3/0 v0 M0 d72 i0");
    assert_waiters(fixture, "job-new nobody*0 m1 v1 M1024 d20 i1");
    g_assert_true(store_job_get(fixture->store, "job-run", &run, NULL));
    g_assert_true(run->gated && run->admitted);
    g_assert_true(store_job_get(fixture->store, "job-seal", &seal, NULL));
    g_assert_false(seal->gated);
}

// ---- The engine ----

static const JobStep gated_steps[] = { { "a", 1, NULL, NULL } };
static gboolean run_nothing(Job *job, GError **error G_GNUC_UNUSED)
{
    fixture_note(job_user_data(job), job_machine_name(job), "run");
    return TRUE;
}

typedef struct {
    Fixture *fixture;
    JobStep step;
    JobKind kind;
    const JobKind *kinds[1];
    JobEngine *engine;
} Gated;

static void gated_open(Gated *gated)
{
    g_autoptr(GError) error = NULL;
    gated->step = gated_steps[0];
    gated->step.run = run_nothing;
    gated->kind = (JobKind){ .name = "gated", .steps = &gated->step, .step_count = 1, .gated = TRUE };
    gated->kinds[0] = &gated->kind;
    gated->engine = job_engine_new(gated->fixture->store, gated->kinds, 1, 1, gated->fixture);
    g_assert_true(job_engine_start(gated->engine, &error));
}

static char *submit(Gated *gated, const char *name)
{
    g_autoptr(GError) error = NULL;
    char *id = job_engine_submit(gated->engine, "gated", NULL, name, name, NULL, NULL, &error);
    g_assert_no_error(error);
    return id;
}

static void assert_state(Gated *gated, const char *id, const char *state, const char *waiting)
{
    g_autoptr(StoreJob) job = NULL;
    g_assert_true(store_job_get(gated->fixture->store, id, &job, NULL));
    g_assert_cmpstr(job->state, ==, state);
    g_assert_cmpstr(job->waiting, ==, waiting);
}

static void test_gated_job_begins_when_admitted(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    Gated gated = { .fixture = fixture };
    gated_open(&gated);
    g_autofree char *first = submit(&gated, "m");
    g_autofree char *second = submit(&gated, "n");
    g_assert_true(admit(fixture, second, first));
    job_engine_admit(gated.engine, second);
    g_assert_true(job_engine_wait_end(gated.engine, second, 60000));
    assert_state(&gated, second, "succeeded", NULL);
    g_assert_true(job_engine_set_waiting(gated.engine, first, "waits for room", TRUE, NULL));
    assert_state(&gated, first, "queued", "waits for room");
    g_autofree char *events = fixture_events(fixture, first);
    g_assert_cmpstr(events, ==, "state queued, state queued");
    job_engine_free(g_steal_pointer(&gated.engine));
    gated_open(&gated); // as after kill -9: what was admitted is, what waits waits
    g_assert_false(job_engine_machine_at_work(gated.engine, "m"));
    g_assert_true(job_engine_machine_busy(gated.engine, "m"));
    g_assert_true(admit(fixture, first, NULL));
    job_engine_admit(gated.engine, first);
    g_assert_true(job_engine_wait_end(gated.engine, first, 60000));
    assert_state(&gated, first, "succeeded", NULL);
    job_engine_free(gated.engine);
}

static void test_gated_job_ends_by_a_cancel(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    Gated gated = { .fixture = fixture };
    gated_open(&gated);
    g_autofree char *id = submit(&gated, "m");
    g_assert_true(job_engine_cancel(gated.engine, id, NULL));
    g_assert_true(job_engine_wait_end(gated.engine, id, 60000));
    assert_state(&gated, id, "cancelled", NULL);
    g_autofree char *journal = fixture_journal(fixture, "m");
    g_assert_cmpstr(journal, ==, "");
    job_engine_free(gated.engine);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-quota/machine-counts-from-admission-on", test_machine_counts_from_admission_on);
    g_test_add_func("/store-quota/admission-is-once", test_admission_is_once_and_of_those_that_wait);
    g_test_add_func("/store-quota/cancelled-job-does-not-wait", test_cancelled_job_does_not_wait);
    g_test_add_func("/store-quota/start-takes-what-its-machine-does-not-have",
                    test_start_takes_what_its_machine_does_not_have);
    g_test_add_func("/store-quota/machine-of-a-pool-counts-for-its-holder",
                    test_machine_of_a_pool_counts_for_its_holder);
    g_test_add_func("/store-quota/what-is-at-work-is-busy", test_what_is_at_work_is_busy);
    g_test_add_func("/store-quota/nothing-is-lost-over-a-restart", test_nothing_is_lost_over_a_restart);
    g_test_add_func("/store-quota/schema-6-is-migrated", test_schema_6_is_migrated);
    g_test_add_func("/store-quota/gated-job-begins-when-admitted", test_gated_job_begins_when_admitted);
    g_test_add_func("/store-quota/gated-job-ends-by-a-cancel", test_gated_job_ends_by_a_cancel);
    return g_test_run();
}
