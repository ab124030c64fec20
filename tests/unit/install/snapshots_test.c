// SPDX-License-Identifier: GPL-3.0-or-later
// What a client may ask of snapshots, and the jobs that save and delete them, on libvirt's test driver. Going
// back needs a command line to judge, which that driver has none of: tests/e2e/boot/60-snapshots.
#include "daemon/vm/snapshots.h"

#include <string.h>

#include "daemon/lifecycle/lifecycle.h"
#include "daemon/quota/gate.h"
#include "daemon/service.h"
#include "daemon/vm/domain.h"
#include "tests/unit/install/library_fixture.h"

static const JobKind *const kinds[] = { &snapshot_job_kind, &revert_job_kind, &delete_snapshot_job_kind };

typedef struct {
    LibraryFixture *library;
    Daemon *daemon;
    char *uuid;
} SnapshotFixture;

static void define_domain(SnapshotFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = g_strdup_printf("<domain type='test'><name>m</name><uuid>%s</uuid><memory>65536"
                                           "</memory><os><type arch='x86_64'>hvm</type></os></domain>",
                                           fixture->uuid);
    domain_define(fixture->daemon->libvirt, xml, &error);
    g_assert_no_error(error);
}

// A machine "m", which is ready and off. Jobs wait until run_jobs().
static SnapshotFixture *fixture_new(void)
{
    SnapshotFixture *fixture = g_new0(SnapshotFixture, 1);
    fixture->library = library_fixture_new(NULL);
    fixture->daemon = &fixture->library->daemon;
    fixture->daemon->libvirt = vm_connection_new("test:///default", "auto");
    fixture->daemon->jobs =
        job_engine_new(fixture->daemon->store, kinds, G_N_ELEMENTS(kinds), 1, fixture->daemon);
    fixture->daemon->quota_gate = quota_gate_new(fixture->daemon);
    job_engine_set_changed(fixture->daemon->jobs, quota_gate_on_jobs);
    library_fixture_machine(fixture->library, "m", "{}");
    g_autoptr(StoreMachine) machine = NULL;
    g_assert_true(store_machine_get(fixture->daemon->store, "m", &machine, NULL));
    fixture->uuid = g_strdup(machine->uuid);
    g_assert_true(store_machine_set_state(fixture->daemon->store, fixture->uuid, "ready", NULL, NULL, NULL));
    define_domain(fixture);
    return fixture;
}

static void fixture_free(SnapshotFixture *fixture)
{
    quota_gate_stop(fixture->daemon->quota_gate);
    job_engine_free(fixture->daemon->jobs);
    quota_gate_free(fixture->daemon->quota_gate);
    g_assert_true(domain_undefine(fixture->daemon->libvirt, fixture->uuid, NULL));
    vm_connection_free(fixture->daemon->libvirt);
    library_fixture_free(fixture->library);
    g_free(fixture->uuid);
    g_free(fixture);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SnapshotFixture, fixture_free)

static void add_snapshot(SnapshotFixture *fixture, const char *name, const char *description)
{
    g_autoptr(GError) error = NULL;
    snapshot_save(fixture->daemon->libvirt, fixture->uuid, name, description, &error);
    g_assert_no_error(error);
}

static gboolean has_snapshot(SnapshotFixture *fixture, const char *name)
{
    g_autoptr(Snapshot) found = NULL;
    g_assert_true(snapshot_find(fixture->daemon->libvirt, fixture->uuid, name, &found, NULL));
    return found != NULL;
}

static json_object *save(SnapshotFixture *fixture, const char *body_json, Problem **problem)
{
    g_autoptr(json_object) body = parse_json(body_json);
    return service_snapshot_save(fixture->daemon, "m", body, problem);
}

// The id of the job in @answer, which is taken; it must be of @kind, for @snapshot.
static char *job_of(SnapshotFixture *fixture, json_object *answer, const char *kind, const char *snapshot)
{
    g_autoptr(json_object) taken = answer;
    g_assert_nonnull(taken);
    char *id = g_strdup(json_string_member(json_object_object_get(taken, "job"), "id"));
    g_autoptr(StoreJob) job = NULL;
    g_assert_true(store_job_get(fixture->daemon->store, id, &job, NULL));
    g_assert_cmpstr(job->kind, ==, kind);
    g_autofree char *parameters = g_strdup_printf("{\"snapshot\":\"%s\"}", snapshot);
    g_assert_cmpstr(job->parameters, ==, parameters);
    return id;
}

static void refused(json_object *answer, Problem *problem, int status, const char *code)
{
    g_autoptr(Problem) taken = problem;
    g_assert_null(answer);
    g_assert_cmpint(taken->status, ==, status);
    g_assert_cmpstr(taken->code, ==, code);
}

static StoreJob *run_job(SnapshotFixture *fixture, const char *id)
{
    StoreJob *job = NULL;
    g_assert_true(job_engine_start(fixture->daemon->jobs, NULL));
    quota_gate_start(fixture->daemon->quota_gate);
    g_assert_true(job_engine_wait_end(fixture->daemon->jobs, id, 30000));
    g_assert_true(store_job_get(fixture->daemon->store, id, &job, NULL));
    return job;
}

static void the_list_shows_what_is_whole(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    Problem *problem = NULL;
    g_autofree char *id = job_of(fixture, save(fixture, "{\"name\":\"coming\"}", NULL), "snapshot", "coming");
    add_snapshot(fixture, "whole", "x");
    add_snapshot(fixture, "coming", id);
    g_autoptr(json_object) list = service_snapshot_list(fixture->daemon, "m", &problem);
    g_assert_null(problem);
    json_object *array = json_object_object_get(list, "snapshots");
    g_assert_cmpuint(json_object_array_length(array), ==, 1);
    json_object *shown = json_object_array_get_idx(array, 0);
    g_assert_cmpstr(json_string_member(shown, "name"), ==, "whole");
    g_assert_true(g_str_has_suffix(json_string_member(shown, "created"), "Z"));
    g_assert_false(json_object_get_boolean(json_object_object_get(shown, "memory")));
    g_assert_null(json_object_object_get(shown, "parent"));
}

static void a_machine_without_domain_has_none(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    Problem *problem = NULL;
    g_assert_true(domain_undefine(fixture->daemon->libvirt, fixture->uuid, NULL));
    g_autoptr(json_object) list = service_snapshot_list(fixture->daemon, "m", NULL);
    g_assert_cmpuint(json_object_array_length(json_object_object_get(list, "snapshots")), ==, 0);
    json_object *answer = service_snapshot_list(fixture->daemon, "none", &problem);
    refused(answer, problem, 404, "not-found");
}

static void everything_wrong_in_a_body_is_named(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    g_autoptr(Problem) problem = NULL;
    g_assert_null(save(fixture, "{\"name\":\"Not so\",\"memory\":true}", &problem));
    g_assert_cmpstr(problem->code, ==, "invalid-request");
    g_assert_cmpuint(faults_count(problem->faults), ==, 2);
    g_assert_cmpstr(faults_get(problem->faults, 0)->pointer, ==, "/memory");
    g_assert_cmpstr(faults_get(problem->faults, 1)->pointer, ==, "/name");
    g_autoptr(Problem) missing = NULL;
    g_assert_null(save(fixture, "{}", &missing));
    g_assert_cmpstr(faults_get(missing->faults, 0)->code, ==, "required");
}

static void a_name_is_given_once_and_there_is_a_limit(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    Problem *problem = NULL;
    add_snapshot(fixture, "s0", "x");
    json_object *answer = save(fixture, "{\"name\":\"s0\"}", &problem);
    refused(answer, problem, 409, "conflict");
    for (guint i = 1; i < SNAPSHOTS_MOST; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        add_snapshot(fixture, name, "x");
    }
    problem = NULL;
    answer = save(fixture, "{\"name\":\"more\"}", &problem);
    refused(answer, problem, 409, "too-many-snapshots");
}

static void only_what_is_there_is_gone_back_to_or_deleted(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    static const char *const names[] = { "none", "..", "No\n" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        Problem *problem = NULL;
        json_object *answer = service_snapshot_revert(fixture->daemon, "m", names[i], &problem);
        refused(answer, problem, 404, "not-found");
        problem = NULL;
        answer = service_snapshot_delete(fixture->daemon, "m", names[i], &problem);
        refused(answer, problem, 404, "not-found");
    }
    add_snapshot(fixture, "a", "x");
    g_autofree char *revert =
        job_of(fixture, service_snapshot_revert(fixture->daemon, "m", "a", NULL), "revert", "a");
    g_autofree char *deletion =
        job_of(fixture, service_snapshot_delete(fixture->daemon, "m", "a", NULL), "delete-snapshot", "a");
}

static void a_reset_needs_a_snapshot_called_ready(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    Problem *problem = NULL;
    add_snapshot(fixture, "other", "x");
    g_assert_null(service_vm_reset(fixture->daemon, "m", &problem));
    g_assert_nonnull(strstr(problem->detail, "sevenctl snapshot m save ready"));
    refused(NULL, problem, 409, "no-ready-snapshot");
    add_snapshot(fixture, "ready", "x");
    g_autofree char *id = job_of(fixture, service_vm_reset(fixture->daemon, "m", NULL), "revert", "ready");
}

static void a_machine_with_snapshots_is_not_sealed(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    g_autoptr(json_object) order = parse_json("{\"image\":\"base\"}");
    Problem *problem = NULL;
    add_snapshot(fixture, "a", "x");
    json_object *answer = service_vm_seal(fixture->daemon, "m", order, &problem);
    refused(answer, problem, 409, "has-snapshots");
}

static void a_machine_that_is_not_ready_is_left_alone(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    Problem *problem = NULL;
    add_snapshot(fixture, "ready", "x");
    g_assert_true(
        store_machine_set_state(fixture->daemon->store, fixture->uuid, "installing", NULL, NULL, NULL));
    json_object *answer = save(fixture, "{\"name\":\"a\"}", &problem);
    refused(answer, problem, 409, "wrong-state");
    problem = NULL;
    answer = service_vm_reset(fixture->daemon, "m", &problem);
    refused(answer, problem, 409, "wrong-state");
}

static void jobs_save_and_delete(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    g_autofree char *id = job_of(fixture, save(fixture, "{\"name\":\"a\"}", NULL), "snapshot", "a");
    g_autoptr(StoreJob) saved = run_job(fixture, id);
    g_assert_cmpstr(saved->state, ==, "succeeded");
    g_assert_true(has_snapshot(fixture, "a"));
    json_object *answer = service_snapshot_delete(fixture->daemon, "m", "a", NULL);
    g_autofree char *deletion = job_of(fixture, answer, "delete-snapshot", "a");
    g_assert_true(job_engine_wait_end(fixture->daemon->jobs, deletion, 30000));
    g_assert_false(has_snapshot(fixture, "a"));
}

// As after a kill between libvirt's success and the store's record of it.
static void a_job_knows_its_own_snapshot(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    g_autofree char *id = job_of(fixture, save(fixture, "{\"name\":\"a\"}", NULL), "snapshot", "a");
    add_snapshot(fixture, "a", id);
    g_autoptr(StoreJob) job = run_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_assert_true(has_snapshot(fixture, "a"));
}

static void a_job_leaves_anothers_snapshot_alone(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    g_autofree char *id = job_of(fixture, save(fixture, "{\"name\":\"a\"}", NULL), "snapshot", "a");
    add_snapshot(fixture, "a", "another");
    g_autoptr(StoreJob) job = run_job(fixture, id);
    g_assert_cmpstr(job->state, ==, "failed");
    g_assert_cmpstr(job->error_code, ==, "conflict");
    g_assert_true(has_snapshot(fixture, "a"));
}

// Two requests may both have found room.
static void a_job_keeps_the_limit(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    g_autofree char *id = job_of(fixture, save(fixture, "{\"name\":\"a\"}", NULL), "snapshot", "a");
    for (guint i = 0; i < SNAPSHOTS_MOST; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        add_snapshot(fixture, name, "x");
    }
    g_autoptr(StoreJob) job = run_job(fixture, id);
    g_assert_cmpstr(job->error_code, ==, "too-many-snapshots");
    g_assert_false(has_snapshot(fixture, "a"));
}

static void going_back_to_what_is_gone_says_so(void)
{
    g_autoptr(SnapshotFixture) fixture = fixture_new();
    add_snapshot(fixture, "a", "x");
    g_autofree char *id =
        job_of(fixture, service_snapshot_revert(fixture->daemon, "m", "a", NULL), "revert", "a");
    g_assert_true(snapshot_delete(fixture->daemon->libvirt, fixture->uuid, "a", NULL));
    g_autoptr(StoreJob) job = run_job(fixture, id);
    g_assert_cmpstr(job->error_code, ==, "snapshot-gone");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/snapshots/list", the_list_shows_what_is_whole);
    g_test_add_func("/snapshots/no-domain", a_machine_without_domain_has_none);
    g_test_add_func("/snapshots/body", everything_wrong_in_a_body_is_named);
    g_test_add_func("/snapshots/name-and-limit", a_name_is_given_once_and_there_is_a_limit);
    g_test_add_func("/snapshots/what-is-there", only_what_is_there_is_gone_back_to_or_deleted);
    g_test_add_func("/snapshots/reset", a_reset_needs_a_snapshot_called_ready);
    g_test_add_func("/snapshots/seal", a_machine_with_snapshots_is_not_sealed);
    g_test_add_func("/snapshots/not-ready", a_machine_that_is_not_ready_is_left_alone);
    g_test_add_func("/snapshots/jobs", jobs_save_and_delete);
    g_test_add_func("/snapshots/own", a_job_knows_its_own_snapshot);
    g_test_add_func("/snapshots/anothers", a_job_leaves_anothers_snapshot_alone);
    g_test_add_func("/snapshots/limit-in-the-job", a_job_keeps_the_limit);
    g_test_add_func("/snapshots/gone", going_back_to_what_is_gone_says_so);
    return g_test_run();
}
