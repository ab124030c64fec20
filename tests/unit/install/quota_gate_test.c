// SPDX-License-Identifier: GPL-3.0-or-later
// The gate over store, job engine and libvirt's test driver: what waits, says why, and begins when there is
// room; what does not fit at all is refused. Jobs here end when they are told to; no machine is made.
#include <string.h>

#include "daemon/quota/gate.h"
#include "daemon/service.h"
#include "daemon/vm/domain.h"
#include "tests/unit/install/library_fixture.h"

#define PATIENCE_MS 60000
#define OWNER       "uid=1"

// Ends when its cancellable is triggered, by a cancel or by the daemon's end.
static gboolean run_until_cancelled(Job *job, GError **error)
{
    while (job_sleep(job, 1000, error))
        continue;
    return FALSE;
}

static const JobStep steps[] = { { "work", 1, run_until_cancelled, NULL } };
static const JobKind clone_kind = { .name = "clone", .steps = steps, .step_count = 1, .gated = TRUE };
static const JobKind start_kind = { .name = "start", .steps = steps, .step_count = 1, .gated = TRUE };
static const JobKind install_kind = {
    .name = "create", .steps = steps, .step_count = 1, .counts_as_install = TRUE, .gated = TRUE
};
static const JobKind *const kinds[] = { &clone_kind, &start_kind, &install_kind };

typedef struct {
    LibraryFixture *library;
    Daemon *daemon;
} GateFixture;

static void start(GateFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Daemon *daemon = fixture->daemon;
    daemon->quota_gate = quota_gate_new(daemon);
    daemon->jobs = job_engine_new(daemon->store, kinds, G_N_ELEMENTS(kinds), 4, daemon);
    job_engine_set_changed(daemon->jobs, quota_gate_on_jobs);
    job_engine_start(daemon->jobs, &error);
    g_assert_no_error(error);
    quota_gate_start(daemon->quota_gate);
}

static void stop(GateFixture *fixture)
{
    Daemon *daemon = fixture->daemon;
    quota_gate_stop(daemon->quota_gate);
    g_clear_pointer(&daemon->jobs, job_engine_free);
    g_clear_pointer(&daemon->quota_gate, quota_gate_free);
}

static GateFixture *gate_new(guint memory_mib, guint machines_per_user)
{
    GateFixture *fixture = g_new0(GateFixture, 1);
    fixture->library = library_fixture_new(NULL);
    fixture->daemon = &fixture->library->daemon;
    fixture->daemon->libvirt = vm_connection_new("test:///default", "auto");
    fixture->daemon->config->quota.memory_mib = memory_mib;
    fixture->daemon->config->quota_per_user.machines = machines_per_user;
    fixture->daemon->config->installs = 1;
    start(fixture);
    return fixture;
}

static void gate_free(GateFixture *fixture)
{
    stop(fixture);
    vm_connection_free(fixture->daemon->libvirt);
    library_fixture_free(fixture->library);
    g_free(fixture);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GateFixture, gate_free)

static char *submit(GateFixture *fixture, const char *kind, const char *name, const char *owner,
                    guint memory_mib)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = g_uuid_string_random();
    const StoreIdempotency none = { NULL, NULL };
    const StoreMachine machine = { .uuid = uuid,
                                   .name = (char *)name,
                                   .state = (char *)"ready",
                                   .owner = (char *)owner,
                                   .vcpus = 1,
                                   .memory_mib = memory_mib,
                                   .disk_gib = 20 };
    char *id = job_engine_submit(fixture->daemon->jobs, kind, &machine, name, uuid, NULL, &none, &error);
    g_assert_no_error(error);
    return id;
}

// Waits for the job to run, or to wait with a text that begins so.
static void assert_job(GateFixture *fixture, const char *id, const char *state, const char *waiting)
{
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        g_autoptr(StoreJob) job = NULL;
        g_assert_true(store_job_get(fixture->daemon->store, id, &job, NULL));
        if (strcmp(job->state, state) == 0 &&
            (waiting ? job->waiting && g_str_has_prefix(job->waiting, waiting) : !job->waiting))
            return;
        g_usleep(10000);
    }
    g_autoptr(StoreJob) job = NULL;
    g_assert_true(store_job_get(fixture->daemon->store, id, &job, NULL));
    g_error("%s: %s (%s), not %s (%s)", job->machine_name, job->state, job->waiting, state, waiting);
}

static void end(GateFixture *fixture, const char *id)
{
    g_assert_true(job_engine_cancel(fixture->daemon->jobs, id, NULL));
    g_assert_true(job_engine_wait_end(fixture->daemon->jobs, id, PATIENCE_MS));
}

static void test_waits_for_memory_and_begins_when_it_is_free(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 0);
    g_autofree char *a = submit(fixture, "clone", "a", OWNER, 2048);
    assert_job(fixture, a, "running", NULL);
    g_autofree char *b = submit(fixture, "clone", "b", OWNER, 3072);
    assert_job(fixture, b, "queued",
               "waits for memory: 2048 of 4096 MiB are in use by 1 machine; 3072 are needed; position 1");
    g_autofree char *c = submit(fixture, "clone", "c", OWNER, 2048); // passes, so that no room lies idle
    assert_job(fixture, c, "running", NULL);
    end(fixture, a);
    assert_job(fixture, b, "queued", "waits for memory: 2048 of 4096");
    end(fixture, c);
    assert_job(fixture, b, "running", NULL);
}

// The machine runs on after its job has ended, as far as libvirt says; and its memory is free when it stops.
static void test_running_machine_keeps_its_memory(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 0);
    g_autoptr(StoreMachine) machine = NULL;
    g_autofree char *a = submit(fixture, "clone", "a", OWNER, 3072);
    assert_job(fixture, a, "running", NULL);
    g_assert_true(store_machine_get(fixture->daemon->store, "a", &machine, NULL));
    g_autofree char *xml =
        g_strdup_printf("<domain type='test'><name>a</name><uuid>%s</uuid><memory>65536</memory><os><type "
                        "arch='x86_64'>hvm</type></os></domain>",
                        machine->uuid);
    g_assert_true(domain_define(fixture->daemon->libvirt, xml, NULL));
    g_assert_true(domain_start(fixture->daemon->libvirt, machine->uuid, NULL));
    end(fixture, a);
    g_autofree char *b = submit(fixture, "clone", "b", OWNER, 2048);
    assert_job(fixture, b, "queued", "waits for memory: 3072 of 4096 MiB are in use by 1 machine");
    g_assert_true(domain_destroy(fixture->daemon->libvirt, machine->uuid, NULL));
    assert_job(fixture, b, "running", NULL);
    g_assert_true(domain_undefine(fixture->daemon->libvirt, machine->uuid, NULL));
}

// Its machine has its place and its disk; what its processors and memory need is waited for.
static void test_start_waits_as_a_new_machine_does(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 0);
    g_autoptr(StoreMachine) machine = NULL;
    g_autoptr(GError) error = NULL;
    const StoreIdempotency none = { NULL, NULL };
    g_autofree char *a = submit(fixture, "clone", "a", OWNER, 3072);
    assert_job(fixture, a, "running", NULL);
    end(fixture, a);
    g_autofree char *b = submit(fixture, "clone", "b", OWNER, 2048);
    assert_job(fixture, b, "running", NULL);
    g_assert_true(store_machine_get(fixture->daemon->store, "a", &machine, NULL));
    g_autofree char *again =
        job_engine_submit(fixture->daemon->jobs, "start", NULL, "a", machine->uuid, NULL, &none, &error);
    g_assert_no_error(error);
    assert_job(fixture, again, "queued",
               "waits for memory: 2048 of 4096 MiB are in use by 1 machine; 3072 are needed; position 1");
    end(fixture, b);
    assert_job(fixture, again, "running", NULL);
}

static void test_quota_of_a_user_is_its_own(void)
{
    g_autoptr(GateFixture) fixture = gate_new(0, 1);
    g_autofree char *a = submit(fixture, "clone", "a", OWNER, 1024);
    g_autofree char *b = submit(fixture, "clone", "b", OWNER, 1024);
    g_autofree char *c = submit(fixture, "clone", "c", "token ci", 1024);
    assert_job(fixture, a, "running", NULL);
    assert_job(fixture, c, "running", NULL);
    assert_job(fixture, b, "queued", "waits for a machine's place: 1 of 1 places of uid=1 are in use");
    end(fixture, a); // its row, and so its place, stays
    assert_job(fixture, b, "queued", "waits for a machine's place");
    g_autoptr(StoreMachine) machine = NULL;
    g_assert_true(store_machine_get(fixture->daemon->store, "a", &machine, NULL));
    g_assert_true(store_machine_delete(fixture->daemon->store, machine->uuid, NULL));
    assert_job(fixture, b, "running", NULL); // found without a word to the gate
}

static void test_installs_of_two_take_turns(void)
{
    g_autoptr(GateFixture) fixture = gate_new(0, 0);
    g_autofree char *a1 = submit(fixture, "create", "a1", OWNER, 1024);
    assert_job(fixture, a1, "running", NULL);
    g_autofree char *a2 = submit(fixture, "create", "a2", OWNER, 1024);
    g_autofree char *b = submit(fixture, "create", "b", "uid=2", 1024);
    assert_job(fixture, a2, "queued", "waits for an install to end: 1 of 1 installs are in use; position 2");
    assert_job(fixture, b, "queued", "waits for an install to end: 1 of 1 installs are in use; position 1");
    end(fixture, a1);
    assert_job(fixture, a2, "running", NULL); // both have nothing then: who came first
    end(fixture, a2);
    assert_job(fixture, b, "running", NULL);
}

static void test_all_is_as_it_was_after_a_restart(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 0);
    g_autofree char *a = submit(fixture, "clone", "a", OWNER, 3072);
    g_autofree char *b = submit(fixture, "clone", "b", OWNER, 3072);
    assert_job(fixture, a, "running", NULL);
    assert_job(fixture, b, "queued", "waits for memory");
    stop(fixture);
    start(fixture);
    assert_job(fixture, a, "running", NULL);
    assert_job(fixture, b, "queued", "waits for memory: 3072 of 4096");
    end(fixture, b);
    g_autofree char *c = submit(fixture, "clone", "c", OWNER, 1024);
    assert_job(fixture, c, "running", NULL);
}

static void test_what_never_fits_any_more_says_so_and_holds_nobody(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 0);
    g_autofree char *large = submit(fixture, "clone", "large", OWNER, 8192);
    g_autofree char *small = submit(fixture, "clone", "small", OWNER, 4096);
    assert_job(fixture, small, "running", NULL);
    assert_job(fixture, large, "queued",
               "cannot begin: it needs 8192 MiB of memory, and the quota is 4096 MiB");
}

static void test_asking_for_more_than_there_is_is_a_fault(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 0);
    g_autoptr(Faults) faults = faults_new(), none = faults_new(), image = faults_new();
    fixture->daemon->config->quota.vcpus = 2;
    fixture->daemon->config->quota_per_user.memory_mib = 2048;
    const QuotaAmount need = quota_need(4, 3072, 32);
    quota_check_possible(fixture->daemon->config, &need, TRUE, NULL, faults);
    g_autofree char *text = faults_to_text(faults);
    g_assert_cmpuint(faults_count(faults), ==, 2);
    g_assert_nonnull(strstr(text, "/hardware/vcpus"));
    g_assert_nonnull(
        strstr(text, "asks for 4 processors, more than the quota of the host, which is 2 processors"));
    g_assert_nonnull(strstr(text, "/hardware/memory_mib"));
    g_assert_nonnull(strstr(text, "of one user, which is 2048 MiB of memory"));
    const QuotaAmount fits = quota_need(2, 3072, 32);
    quota_check_possible(fixture->daemon->config, &fits, FALSE, NULL, none);
    g_assert_cmpuint(faults_count(none), ==, 0);
    quota_check_possible(fixture->daemon->config, &need, FALSE, "/image", image);
    g_autofree char *of_image = faults_to_text(image);
    g_assert_nonnull(strstr(of_image, "/image"));
}

static void test_quota_shows_both_sides(void)
{
    g_autoptr(GateFixture) fixture = gate_new(4096, 2);
    Problem *problem = NULL;
    g_autofree char *a = submit(fixture, "clone", "a", "token ci", 3072);
    g_autofree char *b = submit(fixture, "clone", "b", OWNER, 3072);
    assert_job(fixture, a, "running", NULL);
    assert_job(fixture, b, "queued", "waits for memory");
    g_autoptr(json_object) quota = service_quota(fixture->daemon, OWNER, &problem);
    g_assert_nonnull(quota);
    json_object *host = json_object_object_get(quota, "host"), *user = json_object_object_get(quota, "user");
    g_assert_cmpint(json_int_member(json_object_object_get(host, "used"), "memory_mib", -1), ==, 3072);
    g_assert_cmpint(json_int_member(json_object_object_get(host, "limits"), "memory_mib", -1), ==, 4096);
    g_assert_null(json_object_object_get(json_object_object_get(host, "limits"), "vcpus"));
    g_assert_cmpint(json_int_member(json_object_object_get(user, "used"), "machines", -1), ==, 0);
    g_assert_cmpint(json_int_member(json_object_object_get(user, "limits"), "machines", -1), ==, 2);
    g_assert_cmpuint(json_object_array_length(json_object_object_get(user, "waiting")), ==, 1);
    json_object *waiting = json_object_array_get_idx(json_object_object_get(host, "waiting"), 0);
    g_assert_cmpstr(json_string_member(waiting, "job"), ==, b);
    g_assert_cmpstr(json_string_member(waiting, "user"), ==, OWNER);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quota-gate/waits-for-memory-and-begins-when-it-is-free",
                    test_waits_for_memory_and_begins_when_it_is_free);
    g_test_add_func("/quota-gate/running-machine-keeps-its-memory", test_running_machine_keeps_its_memory);
    g_test_add_func("/quota-gate/start-waits-as-a-new-machine-does", test_start_waits_as_a_new_machine_does);
    g_test_add_func("/quota-gate/quota-of-a-user-is-its-own", test_quota_of_a_user_is_its_own);
    g_test_add_func("/quota-gate/installs-of-two-take-turns", test_installs_of_two_take_turns);
    g_test_add_func("/quota-gate/all-is-as-it-was-after-a-restart", test_all_is_as_it_was_after_a_restart);
    g_test_add_func("/quota-gate/what-never-fits-any-more-says-so",
                    test_what_never_fits_any_more_says_so_and_holds_nobody);
    g_test_add_func("/quota-gate/asking-for-more-than-there-is-is-a-fault",
                    test_asking_for_more_than_there_is_is_a_fault);
    g_test_add_func("/quota-gate/quota-shows-both-sides", test_quota_shows_both_sides);
    return g_test_run();
}
