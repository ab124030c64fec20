// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of pools and leases: who is served next, that no machine has two holders, and what becomes of it.
#include "tests/unit/jobs/fixture.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/jobs/store_private.h"

static const char *const phases[] = { "a", NULL };

static void insert_machine(Fixture *fixture, const char *name, const char *image, const char *pool,
                           const char *pool_state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = g_strconcat("uuid-", name, NULL);
    g_autofree char *job_id = g_strconcat("job-", name, NULL);
    const StoreMachine machine = { .uuid = uuid,
                                   .name = (char *)name,
                                   .state = (char *)"ready",
                                   .image = (char *)image,
                                   .pool = (char *)pool,
                                   .pool_state = (char *)pool_state };
    const StoreJob job = {
        .id = job_id, .kind = (char *)"clone", .machine_name = (char *)name, .machine_uuid = uuid
    };
    store_job_insert(fixture->store, &machine, &job, phases, NULL, &error);
    g_assert_no_error(error);
}

// Image "gold", pool "ci" of it.
static Fixture *with_pool(void)
{
    Fixture *fixture = fixture_new(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreMachine) machine = NULL;
    const StorePool pool = { .name = (char *)"ci", .image = (char *)"gold", .ready = 1, .max = 3 };
    gboolean made = FALSE;
    insert_machine(fixture, "m", NULL, NULL, NULL);
    store_machine_get(fixture->store, "m", &machine, &error);
    store_image_reserve(fixture->store, "gold", machine, NULL, NULL, &error);
    store_image_seal(fixture->store, "gold", "job-seal", &error);
    store_pool_put(fixture->store, &pool, &made, &error);
    g_assert_no_error(error);
    g_assert_true(made);
    return fixture;
}

static void add_lease(Fixture *fixture, const char *id, const char *holder, gint64 lifetime)
{
    g_autoptr(GError) error = NULL;
    const StoreLease lease = {
        .id = (char *)id, .pool = (char *)"ci", .holder = (char *)holder, .lifetime = lifetime
    };
    store_lease_add(fixture->store, &lease, &error);
    g_assert_no_error(error);
}

static gboolean grant(Fixture *fixture, const char *lease, const char *name, GError **error)
{
    g_autoptr(StoreMachine) machine = NULL;
    g_assert_true(store_machine_get(fixture->store, name, &machine, NULL));
    return store_lease_grant(fixture->store, lease, machine, error);
}

static void grant_well(Fixture *fixture, const char *lease, const char *name)
{
    g_autoptr(GError) error = NULL;
    grant(fixture, lease, name, &error);
    g_assert_no_error(error);
}

static char *lease_state(Fixture *fixture, const char *id)
{
    g_autoptr(StoreLease) lease = NULL;
    g_assert_true(store_lease_get(fixture->store, id, &lease, NULL));
    return g_strdup_printf("%s %s %s", lease->state, lease->machine ? lease->machine : "-",
                           lease->reason ? lease->reason : "-");
}

static void assert_lease(Fixture *fixture, const char *id, const char *wanted)
{
    g_autofree char *state = lease_state(fixture, id);
    g_assert_cmpstr(state, ==, wanted);
}

static void assert_in_pool(Fixture *fixture, const char *name, const char *wanted)
{
    g_autoptr(StoreMachine) machine = NULL;
    g_assert_true(store_machine_get(fixture->store, name, &machine, NULL));
    g_assert_cmpstr(machine->pool_state, ==, wanted);
}

// "a b c": those that wait, in their order.
static char *queue(Fixture *fixture)
{
    g_autoptr(GPtrArray) leases = store_lease_list(fixture->store, "ci", NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < leases->len; i++) {
        const StoreLease *lease = leases->pdata[i];
        if (strcmp(lease->state, "waiting") == 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", lease->id);
    }
    return g_string_free(text, FALSE);
}

static void a_pool_is_made_and_changed(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    g_autoptr(GError) error = NULL;
    g_autoptr(StorePool) found = NULL;
    const StorePool other = { .name = (char *)"ci", .image = (char *)"gold", .ready = 2, .max = 5 };
    const StorePool wrong = { .name = (char *)"ci", .image = (char *)"none", .ready = 2, .max = 5 };
    gboolean made = TRUE;
    g_assert_true(store_pool_put(fixture->store, &other, &made, NULL));
    g_assert_false(made);
    g_assert_true(store_pool_get(fixture->store, "ci", &found, NULL));
    g_assert_cmpuint(found->ready, ==, 2);
    g_assert_cmpuint(found->max, ==, 5);
    g_assert_false(store_pool_put(fixture->store, &wrong, &made, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static void an_image_with_a_pool_stays(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) pools = store_image_pools(fixture->store, "gold", NULL);
    g_assert_cmpstr(pools[0], ==, "ci");
    g_assert_false(store_image_begin_delete(fixture->store, "gold", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IN_USE);
}

static void no_machine_has_two_holders(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    g_autoptr(GError) error = NULL;
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    add_lease(fixture, "l1", "a", 60);
    add_lease(fixture, "l2", "b", 60);
    grant_well(fixture, "l1", "ci-1");
    assert_lease(fixture, "l1", "held ci-1 -");
    assert_in_pool(fixture, "ci-1", "leased");
    g_assert_false(grant(fixture, "l2", "ci-1", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IN_USE);
    assert_lease(fixture, "l2", "waiting - -");
}

static void a_lease_has_one_machine(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    g_autoptr(GError) error = NULL;
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    insert_machine(fixture, "ci-2", "gold", "ci", "ready");
    add_lease(fixture, "l1", "a", 60);
    grant_well(fixture, "l1", "ci-1");
    g_assert_false(grant(fixture, "l1", "ci-2", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IN_USE);
    assert_in_pool(fixture, "ci-2", "ready"); // all of it was taken back
}

static void what_is_not_ready_is_not_given(void)
{
    static const char *const states[] = { "warming", "used", "broken", "leased" };
    g_autoptr(Fixture) fixture = with_pool();
    add_lease(fixture, "l1", "a", 60);
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strconcat("ci-", states[i], NULL);
        insert_machine(fixture, name, "gold", "ci", states[i]);
        g_assert_false(grant(fixture, "l1", name, &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_IN_USE);
    }
}

static void who_holds_least_is_served_first(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    add_lease(fixture, "l1", "greedy", 60);
    grant_well(fixture, "l1", "ci-1");
    add_lease(fixture, "l2", "greedy", 60);
    add_lease(fixture, "l3", "greedy", 60);
    add_lease(fixture, "l4", "modest", 60);
    g_autofree char *first = queue(fixture);
    g_assert_cmpstr(first, ==, "l4 l2 l3");
    g_assert_true(store_lease_end(fixture->store, "l1", "given back", NULL));
    g_autofree char *then = queue(fixture);
    g_assert_cmpstr(then, ==, "l2 l3 l4");
}

static void an_ended_lease_leaves_a_used_machine(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    add_lease(fixture, "l1", "a", 60);
    grant_well(fixture, "l1", "ci-1");
    for (guint i = 0; i < 2; i++)
        g_assert_true(store_lease_end(fixture->store, "l1", i == 0 ? "given back" : "again", NULL));
    assert_lease(fixture, "l1", "ended ci-1 given back");
    assert_in_pool(fixture, "ci-1", "used");
    // Whoever has it next is not disturbed by an end that comes twice.
    g_assert_true(store_machine_move_in_pool(fixture->store, "uuid-ci-1", "used", "ready", NULL));
    add_lease(fixture, "l2", "b", 60);
    grant_well(fixture, "l2", "ci-1");
    g_assert_true(store_lease_end(fixture->store, "l1", "given back", NULL));
    assert_in_pool(fixture, "ci-1", "leased");
}

static void a_lease_that_could_not_start_waits_again(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    add_lease(fixture, "l1", "a", 60);
    grant_well(fixture, "l1", "ci-1");
    g_assert_true(store_lease_take_back(fixture->store, "l1", NULL));
    assert_lease(fixture, "l1", "waiting - -");
    assert_in_pool(fixture, "ci-1", "broken");
}

static void what_is_over_is_swept(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    g_autoptr(StoreLease) lease = NULL;
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    insert_machine(fixture, "ci-2", "gold", "ci", "ready");
    insert_machine(fixture, "ci-3", "gold", "ci", "ready");
    add_lease(fixture, "l1", "a", 60);
    add_lease(fixture, "l2", "a", 6000);
    add_lease(fixture, "l3", "a", 6000);
    grant_well(fixture, "l1", "ci-1");
    grant_well(fixture, "l2", "ci-2");
    grant_well(fixture, "l3", "ci-3");
    g_assert_true(store_machine_delete(fixture->store, "uuid-ci-3", NULL));
    g_autofree char *now = time_later_text(600);
    g_assert_true(store_lease_sweep(fixture->store, now, "0", NULL));
    assert_lease(fixture, "l1", "ended ci-1 its lifetime is over");
    assert_in_pool(fixture, "ci-1", "used");
    assert_lease(fixture, "l2", "held ci-2 -");
    assert_in_pool(fixture, "ci-2", "leased");
    assert_lease(fixture, "l3", "ended ci-3 its machine is gone");
    g_assert_true(store_lease_sweep(fixture->store, now, "9999", NULL));
    g_assert_false(store_lease_get(fixture->store, "l1", &lease, NULL));
    g_assert_true(store_lease_get(fixture->store, "l2", &lease, NULL));
}

static void a_pool_goes_when_nobody_holds_it(void)
{
    g_autoptr(Fixture) fixture = with_pool();
    g_autoptr(GError) held = NULL, filled = NULL, late = NULL;
    const StoreLease more = {
        .id = (char *)"l3", .pool = (char *)"ci", .holder = (char *)"a", .lifetime = 1
    };
    insert_machine(fixture, "ci-1", "gold", "ci", "ready");
    add_lease(fixture, "l1", "a", 60);
    grant_well(fixture, "l1", "ci-1");
    add_lease(fixture, "l2", "a", 60);
    g_assert_false(store_pool_begin_delete(fixture->store, "ci", &held));
    g_assert_error(held, STORE_ERROR, STORE_ERROR_IN_USE);
    store_lease_end(fixture->store, "l1", "given back", NULL);
    g_assert_true(store_pool_begin_delete(fixture->store, "ci", NULL));
    assert_lease(fixture, "l2", "ended - the pool is deleted");
    g_assert_false(store_lease_add(fixture->store, &more, &late));
    g_assert_error(late, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_assert_false(store_pool_delete(fixture->store, "ci", &filled));
    g_assert_error(filled, STORE_ERROR, STORE_ERROR_IN_USE);
    store_machine_delete(fixture->store, "uuid-ci-1", NULL);
    g_assert_true(store_pool_delete(fixture->store, "ci", NULL));
    g_assert_true(store_image_begin_delete(fixture->store, "gold", NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/pools/made-and-changed", a_pool_is_made_and_changed);
    g_test_add_func("/store/pools/image-stays", an_image_with_a_pool_stays);
    g_test_add_func("/store/pools/one-holder", no_machine_has_two_holders);
    g_test_add_func("/store/pools/one-machine", a_lease_has_one_machine);
    g_test_add_func("/store/pools/not-ready", what_is_not_ready_is_not_given);
    g_test_add_func("/store/pools/fair", who_holds_least_is_served_first);
    g_test_add_func("/store/pools/used", an_ended_lease_leaves_a_used_machine);
    g_test_add_func("/store/pools/waits-again", a_lease_that_could_not_start_waits_again);
    g_test_add_func("/store/pools/swept", what_is_over_is_swept);
    g_test_add_func("/store/pools/goes", a_pool_goes_when_nobody_holds_it);
    return g_test_run();
}
