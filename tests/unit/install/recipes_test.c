// SPDX-License-Identifier: GPL-3.0-or-later
// Requests with "seal", and those whose recipe an image has: install or clone, every fault, and what becomes
// of who waits for an image that is not made. Jobs wait until the engine is started.
#include <string.h>

#include "daemon/images/images.h"
#include "daemon/install/guest_events.h"
#include "daemon/install/install.h"
#include "daemon/quota/gate.h"
#include "daemon/service.h"
#include "tests/unit/install/library_fixture.h"

#define REQUEST(name, more)                                                                                  \
    "{\"name\":\"" name                                                                                      \
    "\",\"template\":\"t\",\"disc\":\"amd64\",\"edition\":\"PROFESSIONAL\",\"users\":[{\"name\":"            \
    "\"tester\",\"password\":\"T3ster-pass\",\"administrator\":true}]" more "}"
#define OTHER ",\"logon\":[{\"command\":\"ver\"}]"

static const JobKind *const kinds[] = { &install_job_kind, &seal_job_kind, &clone_job_kind };

static LibraryFixture *new_fixture(void)
{
    static const char *const editions[] = { "PROFESSIONAL", NULL };
    LibraryFixture *fixture = library_fixture_new(NULL);
    Daemon *daemon = &fixture->daemon;
    library_fixture_disc(fixture, "amd64", "amd64", editions);
    library_fixture_template(fixture, "t", "{\"architecture\":\"amd64\"}");
    library_fixture_guest(fixture);
    daemon->instance = (char *)"0123456789abcdef";
    daemon->libvirt = vm_connection_new("test:///default", "auto");
    daemon->guest_events = guest_events_new();
    daemon->quota_gate = quota_gate_new(daemon);
    daemon->jobs = job_engine_new(daemon->store, kinds, G_N_ELEMENTS(kinds), 1, daemon);
    job_engine_set_changed(daemon->jobs, quota_gate_on_jobs);
    return fixture;
}

static void end_fixture(LibraryFixture *fixture)
{
    quota_gate_stop(fixture->daemon.quota_gate);
    job_engine_free(fixture->daemon.jobs);
    quota_gate_free(fixture->daemon.quota_gate);
    guest_events_free(fixture->daemon.guest_events);
    vm_connection_free(fixture->daemon.libvirt);
    library_fixture_free(fixture);
}

static json_object *ask(LibraryFixture *fixture, const char *text, Problem **problem)
{
    g_autoptr(json_object) request = parse_json(text);
    const ServiceIdempotency none = { NULL, text, strlen(text) };
    return service_vm_create(&fixture->daemon, request, "uid=0", &none, problem);
}

// The answer, which is no problem.
static json_object *accepted(LibraryFixture *fixture, const char *text)
{
    Problem *problem = NULL;
    json_object *answer = ask(fixture, text, &problem);
    if (problem) {
        g_autofree char *faults = problem->faults ? faults_to_text(problem->faults) : g_strdup("");
        g_error("%s %s %s", problem->code, problem->detail, faults);
    }
    return answer;
}

static const char *member(json_object *answer, const char *object, const char *name)
{
    return json_string_member(json_object_object_get(answer, object), name);
}

// Of the request's kind, and whose image.
static void assert_accepted(LibraryFixture *fixture, const char *text, const char *kind, const char *image)
{
    g_autoptr(json_object) answer = accepted(fixture, text);
    g_test_message("%s", text);
    g_assert_cmpstr(member(answer, "job", "kind"), ==, kind);
    g_assert_cmpstr(member(answer, "vm", "image"), ==, image);
}

static void assert_refused(LibraryFixture *fixture, const char *text, const char *wanted)
{
    Problem *problem = NULL;
    g_assert_null(ask(fixture, text, &problem));
    g_autofree char *faults = problem->faults ? faults_to_text(problem->faults) : g_strdup("");
    g_test_message("%s: %s", text, faults);
    g_assert_nonnull(strstr(faults, wanted));
    problem_free(problem);
}

static void finish_install(LibraryFixture *fixture, const char *machine_name, const char *image)
{
    g_autoptr(StoreMachine) machine = NULL;
    Store *store = fixture->daemon.store;
    g_assert_true(store_machine_get(store, machine_name, &machine, NULL));
    g_assert_true(store_machine_set_state(store, machine->uuid, "ready", NULL, NULL, NULL));
    g_assert_true(store_image_seal(store, image, "job-seal", NULL));
}

static void the_image_and_its_job_are_there_from_the_first(void)
{
    LibraryFixture *fixture = new_fixture();
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(StoreJob) seal = NULL;
    g_autoptr(json_object) answer = accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""));
    const char *next = member(answer, "job", "next");
    g_assert_cmpstr(member(answer, "job", "kind"), ==, "create");
    g_assert_cmpstr(member(answer, "vm", "job"), ==, member(answer, "job", "id"));
    g_assert_true(store_job_get(fixture->daemon.store, next, &seal, NULL));
    g_assert_cmpstr(seal->kind, ==, "seal");
    g_assert_cmpstr(seal->machine_uuid, ==, member(answer, "vm", "uuid"));
    g_assert_true(store_image_get(fixture->daemon.store, "gold", &image, NULL));
    g_assert_cmpstr(image->state, ==, "sealing");
    g_assert_cmpstr(image->job, ==, next);
    g_assert_cmpuint(strlen(image->recipe), ==, 64);
    // A start finds its job, and leaves it alone.
    g_autoptr(StoreImage) swept = NULL;
    image_sweep(&fixture->daemon);
    g_assert_true(store_image_get(fixture->daemon.store, "gold", &swept, NULL));
    end_fixture(fixture);
}

static void the_same_recipe_is_a_clone(void)
{
    LibraryFixture *fixture = new_fixture();
    assert_accepted(fixture, REQUEST("before", ""), "create", NULL);
    assert_accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""), "create", NULL);
    // While it is made, and then.
    assert_accepted(fixture, REQUEST("b", ",\"seal\":\"gold\""), "clone", "gold");
    assert_accepted(fixture, REQUEST("c", ""), "clone", "gold");
    finish_install(fixture, "a", "gold");
    assert_accepted(fixture, REQUEST("d", ""), "clone", "gold");
    assert_accepted(fixture, REQUEST("e", ",\"seal\":\"gold\""), "clone", "gold");
    assert_accepted(fixture, REQUEST("f", ",\"fresh\":true"), "create", NULL);
    assert_accepted(fixture, REQUEST("g", OTHER), "create", NULL);
    end_fixture(fixture);
}

static void a_clone_has_what_its_request_says(void)
{
    LibraryFixture *fixture = new_fixture();
    assert_accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""), "create", NULL);
    g_autoptr(json_object) answer =
        accepted(fixture, REQUEST("lab-b", ",\"lifetime\":\"4h\",\"system\":{\"computer_name\":\"LAB-{n}\"},"
                                           "\"hardware\":{\"vcpus\":4,\"sockets\":2,\"memory_mib\":4096}"));
    json_object *machine = json_object_object_get(answer, "vm");
    g_autoptr(json_object) wanted = parse_json(
        "{\"name\":\"lab-b\",\"image\":\"gold\",\"hardware\":{\"vcpus\":4,\"sockets\":2,\"memory_mib\":4096},"
        "\"system\":{\"computer_name\":\"LAB-1\"},\"lifetime\":\"4h\"}");
    g_assert_true(json_object_equal(json_object_object_get(machine, "request"), wanted));
    g_assert_nonnull(json_string_member(machine, "expires"));
    json_object *warning = json_object_array_get_idx(json_object_object_get(machine, "warnings"), 0);
    g_assert_cmpstr(json_string_member(warning, "code"), ==, "made-as-clone");
    g_assert_nonnull(strstr(json_string_member(warning, "message"), "image \"gold\""));
    g_autoptr(json_object) plain = accepted(fixture, REQUEST("lab-c", ""));
    g_assert_cmpstr(member(plain, "vm", "computer_name"), ==, "LAB-C");
    end_fixture(fixture);
}

static void what_cannot_be_sealed_is_refused_at_once(void)
{
    LibraryFixture *fixture = new_fixture();
    assert_accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""), "create", NULL);
    for (guint round = 0; round < 2; round++) { // while it is made, and then
        assert_refused(fixture, REQUEST("b", ",\"seal\":\"silver\""), "/seal: image \"gold\" has the same");
        assert_refused(fixture, REQUEST("b", OTHER ",\"seal\":\"gold\""), "/seal: image \"gold\" is there");
        assert_refused(fixture, REQUEST("b", ",\"seal\":\"gold\",\"fresh\":true"),
                       "/seal: image \"gold\" is");
        if (round == 0)
            finish_install(fixture, "a", "gold");
    }
    assert_refused(fixture, REQUEST("b", ",\"seal\":\"No!\""), "/seal: ");
    assert_refused(fixture, REQUEST("b", ",\"fresh\":1"), "/fresh: ");
    assert_refused(fixture, "{\"name\":\"b\",\"image\":\"gold\",\"seal\":\"silver\"}",
                   "/seal: belongs to the");
    end_fixture(fixture);
}

// Who installs anew may have an image of it, under another name; the newest is what is cloned.
static void a_fresh_install_is_sealed_under_another_name(void)
{
    LibraryFixture *fixture = new_fixture();
    assert_accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""), "create", NULL);
    finish_install(fixture, "a", "gold");
    assert_accepted(fixture, REQUEST("b", ",\"seal\":\"silver\",\"fresh\":true"), "create", NULL);
    assert_accepted(fixture, REQUEST("c", ""), "clone", "gold");
    assert_accepted(fixture, REQUEST("d", ",\"seal\":\"silver\""), "clone", "silver");
    finish_install(fixture, "b", "silver");
    assert_accepted(fixture, REQUEST("e", ""), "clone", "silver");
    assert_accepted(fixture, REQUEST("f", ",\"seal\":\"gold\""), "clone", "gold");
    end_fixture(fixture);
}

static StoreJob *ended(LibraryFixture *fixture, const char *id)
{
    StoreJob *job = NULL;
    g_assert_true(job_engine_wait_end(fixture->daemon.jobs, id, 60000));
    g_assert_true(store_job_get(fixture->daemon.store, id, &job, NULL));
    return job;
}

static void who_waits_is_told_that_the_image_is_not_made(void)
{
    LibraryFixture *fixture = new_fixture();
    Problem *problem = NULL;
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(json_object) first = accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""));
    g_autoptr(json_object) second = accepted(fixture, REQUEST("b", ""));
    g_autoptr(json_object) cancelled =
        service_job_cancel(&fixture->daemon, member(first, "job", "id"), &problem);
    g_assert_nonnull(cancelled);
    g_assert_true(job_engine_start(fixture->daemon.jobs, NULL));
    quota_gate_start(fixture->daemon.quota_gate);
    g_autoptr(StoreJob) create = ended(fixture, member(first, "job", "id"));
    g_autoptr(StoreJob) seal = ended(fixture, member(first, "job", "next"));
    g_autoptr(StoreJob) clone = ended(fixture, member(second, "job", "id"));
    g_assert_cmpstr(create->state, ==, "cancelled");
    g_assert_cmpstr(seal->state, ==, "cancelled");
    g_assert_cmpstr(clone->state, ==, "failed");
    g_assert_cmpstr(clone->error_code, ==, "image-not-made");
    g_assert_nonnull(strstr(clone->error_message, seal->id));
    g_assert_false(store_image_get(fixture->daemon.store, "gold", &image, NULL));
    end_fixture(fixture);
}

// The install has failed, and a daemon that starts then finds what was to go on from it.
static void what_was_not_installed_is_not_sealed(void)
{
    LibraryFixture *fixture = new_fixture();
    Store *store = fixture->daemon.store;
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(json_object) first = accepted(fixture, REQUEST("a", ",\"seal\":\"gold\""));
    g_autoptr(json_object) second = accepted(fixture, REQUEST("b", ",\"seal\":\"gold\""));
    const char *create = member(first, "job", "id");
    g_assert_true(store_job_finish(store, create, "failed", "setup-stopped", "No.", "copy", NULL));
    g_assert_true(
        store_machine_set_state(store, member(first, "vm", "uuid"), "failed", "setup-stopped", "No.", NULL));
    image_sweep(&fixture->daemon);
    g_assert_true(job_engine_start(fixture->daemon.jobs, NULL));
    quota_gate_start(fixture->daemon.quota_gate);
    g_autoptr(StoreJob) seal = ended(fixture, member(first, "job", "next"));
    g_autoptr(StoreJob) clone = ended(fixture, member(second, "job", "id"));
    g_assert_cmpstr(seal->error_code, ==, "not-installed");
    g_assert_nonnull(strstr(seal->error_message, create));
    g_assert_cmpstr(clone->error_code, ==, "image-not-made");
    g_assert_false(store_image_get(store, "gold", &image, NULL));
    end_fixture(fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recipes/the-image-and-its-job-are-there-from-the-first",
                    the_image_and_its_job_are_there_from_the_first);
    g_test_add_func("/recipes/the-same-recipe-is-a-clone", the_same_recipe_is_a_clone);
    g_test_add_func("/recipes/a-clone-has-what-its-request-says", a_clone_has_what_its_request_says);
    g_test_add_func("/recipes/what-cannot-be-sealed-is-refused-at-once",
                    what_cannot_be_sealed_is_refused_at_once);
    g_test_add_func("/recipes/a-fresh-install-is-sealed-under-another-name",
                    a_fresh_install_is_sealed_under_another_name);
    g_test_add_func("/recipes/who-waits-is-told-that-the-image-is-not-made",
                    who_waits_is_told_that_the_image_is_not_made);
    g_test_add_func("/recipes/what-was-not-installed-is-not-sealed", what_was_not_installed_is_not_sealed);
    return g_test_run();
}
