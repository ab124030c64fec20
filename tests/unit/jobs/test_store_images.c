// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of images: names that are taken and given up, sealing as one change, imports, what cannot be
// deleted; and lifetimes of machines.
#include "tests/unit/jobs/fixture.h"

#include "daemon/jobs/store_private.h"

static const char *const phases[] = { "a", NULL };

// Its UUID is "uuid-" and its name.
static gboolean insert(Fixture *fixture, const char *name, const char *image, GError **error)
{
    g_autofree char *uuid = g_strconcat("uuid-", name, NULL);
    g_autofree char *job_id = g_strconcat("job-", name, NULL);
    const StoreMachine machine = {
        .uuid = uuid, .name = (char *)name, .state = (char *)"ready", .image = (char *)image
    };
    const StoreJob job = {
        .id = job_id, .kind = (char *)"clone", .machine_name = (char *)name, .machine_uuid = uuid
    };
    return store_job_insert(fixture->store, &machine, &job, phases, NULL, error);
}

static void insert_well(Fixture *fixture, const char *name, const char *image)
{
    g_autoptr(GError) error = NULL;
    insert(fixture, name, image, &error);
    g_assert_no_error(error);
}

static void reserve(Fixture *fixture, const char *image, const char *machine_name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreMachine) machine = NULL;
    store_machine_get(fixture->store, machine_name, &machine, &error);
    g_assert_no_error(error);
    store_image_reserve(fixture->store, image, machine, NULL, NULL, &error);
    g_assert_no_error(error);
}

static void seal(Fixture *fixture, const char *image, const char *machine_name)
{
    g_autoptr(GError) error = NULL;
    reserve(fixture, image, machine_name);
    store_image_seal(fixture->store, image, "job-seal", &error);
    g_assert_no_error(error);
}

static char *state_of(Fixture *fixture, const char *name)
{
    g_autoptr(StoreImage) image = NULL;
    return store_image_get(fixture->store, name, &image, NULL) ? g_strdup(image->state) : NULL;
}

static void a_name_is_taken_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreMachine) machine = NULL;
    insert_well(fixture, "m", NULL);
    reserve(fixture, "gold", "m");
    store_machine_get(fixture->store, "m", &machine, NULL);
    g_assert_false(store_image_reserve(fixture->store, "gold", machine, NULL, NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_EXISTS);
    g_assert_true(store_image_release(fixture->store, "gold", NULL));
    reserve(fixture, "gold", "m");
}

static void sealing_moves_the_machine(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreMachine) machine = NULL;
    g_autoptr(StoreImage) image = NULL;
    insert_well(fixture, "m", NULL);
    seal(fixture, "gold", "m");
    g_assert_false(store_machine_get(fixture->store, "m", &machine, NULL));
    g_assert_true(store_image_get(fixture->store, "gold", &image, NULL));
    g_assert_cmpstr(image->state, ==, "ready");
    g_assert_cmpstr(image->uuid, ==, "uuid-m");
    g_assert_cmpstr(image->machine, ==, "m");
    g_assert_cmpstr(image->job, ==, "job-seal");
    g_assert_null(image->parent);
    // After a crash behind it the step comes again.
    g_assert_true(store_image_seal(fixture->store, "gold", "job-seal", NULL));
    // What is sealed is not given up.
    g_assert_true(store_image_release(fixture->store, "gold", NULL));
    g_autofree char *state = state_of(fixture, "gold");
    g_assert_cmpstr(state, ==, "ready");
}

static void a_machine_that_is_being_deleted_is_not_sealed(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreMachine) machine = NULL;
    insert_well(fixture, "m", NULL);
    reserve(fixture, "gold", "m");
    g_assert_true(store_machine_set_state(fixture->store, "uuid-m", "deleting", NULL, NULL, NULL));
    g_assert_false(store_image_seal(fixture->store, "gold", "job-seal", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IN_USE);
    g_assert_true(store_machine_get(fixture->store, "m", &machine, NULL));
    g_autofree char *state = state_of(fixture, "gold");
    g_assert_cmpstr(state, ==, "sealing");
}

static void clones_need_an_image_that_is_ready(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) missing = NULL, early = NULL, late = NULL;
    g_assert_false(insert(fixture, "c", "gold", &missing));
    g_assert_error(missing, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    insert_well(fixture, "m", NULL);
    reserve(fixture, "gold", "m");
    g_assert_false(insert(fixture, "c", "gold", &early));
    g_assert_error(early, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    store_image_seal(fixture->store, "gold", "job-seal", NULL);
    insert_well(fixture, "c", "gold");
    g_assert_true(store_machine_delete(fixture->store, "uuid-c", NULL));
    g_assert_true(store_image_begin_delete(fixture->store, "gold", NULL));
    g_assert_false(insert(fixture, "c", "gold", &late));
    g_assert_error(late, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static void what_others_need_is_not_deleted(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) cloned = NULL, parent = NULL, missing = NULL, sealing = NULL, fk = NULL;
    insert_well(fixture, "m", NULL);
    seal(fixture, "gold", "m");
    insert_well(fixture, "c", "gold");
    g_assert_false(store_image_begin_delete(fixture->store, "gold", &cloned));
    g_assert_error(cloned, STORE_ERROR, STORE_ERROR_IN_USE);
    // Not even behind the back of that.
    g_assert_false(store_image_delete(fixture->store, "gold", &fk));
    reserve(fixture, "silver", "c");
    g_assert_false(store_image_begin_delete(fixture->store, "silver", &sealing));
    g_assert_error(sealing, STORE_ERROR, STORE_ERROR_IN_USE);
    store_image_seal(fixture->store, "silver", "job-seal", NULL);
    g_assert_false(store_image_begin_delete(fixture->store, "gold", &parent));
    g_assert_error(parent, STORE_ERROR, STORE_ERROR_IN_USE);
    g_assert_false(store_image_begin_delete(fixture->store, "none", &missing));
    g_assert_error(missing, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_auto(GStrv) children = store_image_children(fixture->store, "gold", NULL);
    g_assert_cmpuint(g_strv_length(children), ==, 1);
    g_assert_cmpstr(children[0], ==, "silver");
    // From the leaves down.
    g_assert_true(store_image_begin_delete(fixture->store, "silver", NULL));
    g_assert_true(store_image_begin_delete(fixture->store, "silver", NULL));
    g_assert_true(store_image_delete(fixture->store, "silver", NULL));
    g_assert_true(store_image_begin_delete(fixture->store, "gold", NULL));
    g_assert_true(store_image_delete(fixture->store, "gold", NULL));
}

static void lists_are_paged_by_name(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    static const char *const names[] = { "b", "a", "c" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        insert_well(fixture, names[i], NULL);
        seal(fixture, names[i], names[i]);
    }
    insert_well(fixture, "y", "b");
    insert_well(fixture, "x", "b");
    g_autoptr(GPtrArray) first = store_image_list(fixture->store, NULL, 2, NULL);
    g_autoptr(GPtrArray) second = store_image_list(fixture->store, "b", 2, NULL);
    g_assert_cmpuint(first->len, ==, 2);
    g_assert_cmpstr(((StoreImage *)first->pdata[0])->name, ==, "a");
    g_assert_cmpuint(second->len, ==, 1);
    g_assert_cmpstr(((StoreImage *)second->pdata[0])->name, ==, "c");
    g_auto(GStrv) clones = store_image_clones(fixture->store, "b", NULL);
    g_autofree char *joined = g_strjoinv(" ", clones);
    g_assert_cmpstr(joined, ==, "x y");
}

static void an_image_that_is_imported_has_its_name_from_the_first(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) taken = NULL, early = NULL, deleted = NULL, late = NULL;
    g_autoptr(StoreImage) found = NULL;
    StoreImage image = {
        .name = (char *)"gold",
        .uuid = (char *)"uuid-gold",
        .machine = (char *)"lab",
        .disc = (char *)"win7",
        .edition = (char *)"ULTIMATE",
        .architecture = (char *)"x86",
        .request = (char *)"{}",
        .job = (char *)"job-import",
    };
    g_assert_true(store_image_begin_import(fixture->store, "gold", "uuid-gold", NULL));
    g_assert_false(store_image_begin_import(fixture->store, "gold", "uuid-other", &taken));
    g_assert_error(taken, STORE_ERROR, STORE_ERROR_EXISTS);
    g_assert_false(insert(fixture, "c", "gold", &early));
    g_assert_error(early, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_assert_false(store_image_begin_delete(fixture->store, "gold", &deleted));
    g_assert_error(deleted, STORE_ERROR, STORE_ERROR_IN_USE);
    // What another import or a seal gives up is not this one's.
    g_assert_true(store_image_give_up_import(fixture->store, "gold", "uuid-other", NULL));
    g_assert_true(store_image_release(fixture->store, "gold", NULL));
    g_assert_true(store_image_end_import(fixture->store, &image, NULL));
    g_assert_true(store_image_end_import(fixture->store, &image, NULL));
    g_assert_true(store_image_give_up_import(fixture->store, "gold", "uuid-gold", NULL));
    g_assert_true(store_image_get(fixture->store, "gold", &found, NULL));
    g_assert_cmpstr(found->state, ==, "ready");
    g_assert_cmpstr(found->machine, ==, "lab");
    g_assert_cmpstr(found->architecture, ==, "x86");
    g_assert_cmpstr(found->job, ==, "job-import");
    g_assert_null(found->parent);
    insert_well(fixture, "c", "gold");
    image.name = (char *)"none";
    g_assert_false(store_image_end_import(fixture->store, &image, &late));
    g_assert_error(late, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static void an_import_that_is_given_up_leaves_its_name(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_assert_true(store_image_begin_import(fixture->store, "gold", "uuid-1", NULL));
    g_assert_true(store_image_give_up_import(fixture->store, "gold", "uuid-1", NULL));
    g_assert_true(store_image_begin_import(fixture->store, "gold", "uuid-2", NULL));
    g_autofree char *state = state_of(fixture, "gold");
    g_assert_cmpstr(state, ==, "importing");
}

static void reserve_recipe(Fixture *fixture, const char *image, const char *recipe)
{
    g_autoptr(StoreMachine) machine = NULL;
    insert_well(fixture, image, NULL); // a machine of the same name
    g_assert_true(store_machine_get(fixture->store, image, &machine, NULL));
    g_assert_true(store_image_reserve(fixture->store, image, machine, recipe, "job-to-seal", NULL));
}

static void assert_found(Fixture *fixture, const char *recipe, const char *name, const char *wanted)
{
    g_autoptr(StoreImage) image = NULL;
    g_assert_true(store_image_find_recipe(fixture->store, recipe, name, &image, NULL));
    g_assert_cmpstr(image ? image->name : NULL, ==, wanted);
}

static void a_recipe_is_found_ready_or_in_the_making(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreImage) image = NULL;
    assert_found(fixture, "r", NULL, NULL);
    reserve_recipe(fixture, "gold", "r");
    assert_found(fixture, "r", NULL, "gold");
    assert_found(fixture, "other", NULL, NULL);
    g_assert_true(store_image_get(fixture->store, "gold", &image, NULL));
    g_assert_cmpstr(image->job, ==, "job-to-seal");
    // What is ready comes first, unless another is named.
    reserve_recipe(fixture, "silver", "r");
    g_assert_true(store_image_seal(fixture->store, "gold", "job-seal", NULL));
    assert_found(fixture, "r", NULL, "gold");
    assert_found(fixture, "r", "silver", "silver");
    assert_found(fixture, "r", "none", "gold");
    // What is not made, or is being deleted, is not found.
    g_assert_true(store_image_release(fixture->store, "silver", NULL));
    assert_found(fixture, "r", "silver", "gold");
    g_assert_true(store_image_begin_delete(fixture->store, "gold", NULL));
    assert_found(fixture, "r", NULL, NULL);
}

static void an_image_without_a_recipe_is_not_found(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreImage) image = NULL;
    insert_well(fixture, "m", NULL);
    seal(fixture, "gold", "m");
    assert_found(fixture, "", "gold", NULL);
    g_assert_true(store_image_get(fixture->store, "gold", &image, NULL));
    g_assert_null(image->recipe);
}

static void an_image_keeps_when_its_machine_was_to_end(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreImage) image = NULL;
    insert_well(fixture, "m", NULL);
    reserve(fixture, "gold", "m");
    // What is decided after the name was taken counts.
    g_assert_true(store_machine_set_expires(fixture->store, "uuid-m", "2026-01-02T00:00:00.000Z", NULL));
    g_assert_true(store_machine_set_agent(fixture->store, "uuid-m", "{\"a\":1}", NULL));
    g_assert_true(store_image_seal(fixture->store, "gold", "job-seal", NULL));
    g_assert_true(store_image_seal(fixture->store, "gold", "job-seal", NULL));
    g_assert_true(store_image_get(fixture->store, "gold", &image, NULL));
    g_assert_cmpstr(image->expires, ==, "2026-01-02T00:00:00.000Z");
    g_assert_cmpstr(image->agent, ==, "{\"a\":1}");
}

static void a_machine_is_based_on_an_image_when_that_is_ready(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GError) early = NULL, gone = NULL, in_use = NULL;
    insert_well(fixture, "m", NULL);
    insert_well(fixture, "waits", NULL);
    reserve(fixture, "gold", "m");
    g_assert_false(store_machine_set_image(fixture->store, "uuid-waits", "gold", &early));
    g_assert_error(early, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    // Who waits does not keep the name from being given up.
    g_assert_true(store_image_release(fixture->store, "gold", NULL));
    seal(fixture, "gold", "m");
    g_assert_true(store_machine_set_image(fixture->store, "uuid-waits", "gold", NULL));
    g_assert_true(store_machine_set_image(fixture->store, "uuid-waits", "gold", NULL));
    g_assert_false(store_machine_set_image(fixture->store, "uuid-none", "gold", &gone));
    g_assert_error(gone, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_assert_false(store_image_begin_delete(fixture->store, "gold", &in_use));
    g_assert_error(in_use, STORE_ERROR, STORE_ERROR_IN_USE);
}

static void lifetimes_end_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreMachine) machine = NULL;
    g_autoptr(GError) error = NULL;
    insert_well(fixture, "early", NULL);
    insert_well(fixture, "late", NULL);
    insert_well(fixture, "never", NULL);
    g_assert_true(store_machine_set_expires(fixture->store, "uuid-early", "2026-01-01T00:00:00.000Z", NULL));
    g_assert_true(store_machine_set_expires(fixture->store, "uuid-late", "2026-01-02T00:00:00.000Z", NULL));
    g_auto(GStrv) over = store_machine_expired(fixture->store, "2026-01-01T12:00:00.000Z", NULL);
    g_autofree char *names = g_strjoinv(" ", over);
    g_assert_cmpstr(names, ==, "early");
    store_machine_get(fixture->store, "late", &machine, NULL);
    g_assert_cmpstr(machine->expires, ==, "2026-01-02T00:00:00.000Z");
    // What is being deleted, or has been given more time, is left alone.
    g_assert_true(store_machine_set_state(fixture->store, "uuid-early", "deleting", NULL, NULL, NULL));
    g_assert_true(store_machine_set_expires(fixture->store, "uuid-late", NULL, NULL));
    g_auto(GStrv) none = store_machine_expired(fixture->store, "2027-01-01T00:00:00.000Z", NULL);
    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_false(store_machine_set_expires(fixture->store, "uuid-none", NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-images/a-name-is-taken-once", a_name_is_taken_once);
    g_test_add_func("/store-images/sealing-moves-the-machine", sealing_moves_the_machine);
    g_test_add_func("/store-images/a-machine-that-is-being-deleted-is-not-sealed",
                    a_machine_that_is_being_deleted_is_not_sealed);
    g_test_add_func("/store-images/clones-need-an-image-that-is-ready", clones_need_an_image_that_is_ready);
    g_test_add_func("/store-images/what-others-need-is-not-deleted", what_others_need_is_not_deleted);
    g_test_add_func("/store-images/lists-are-paged-by-name", lists_are_paged_by_name);
    g_test_add_func("/store-images/an-image-that-is-imported-has-its-name-from-the-first",
                    an_image_that_is_imported_has_its_name_from_the_first);
    g_test_add_func("/store-images/an-import-that-is-given-up-leaves-its-name",
                    an_import_that_is_given_up_leaves_its_name);
    g_test_add_func("/store-images/a-recipe-is-found-ready-or-in-the-making",
                    a_recipe_is_found_ready_or_in_the_making);
    g_test_add_func("/store-images/an-image-without-a-recipe-is-not-found",
                    an_image_without_a_recipe_is_not_found);
    g_test_add_func("/store-images/an-image-keeps-when-its-machine-was-to-end",
                    an_image_keeps_when_its_machine_was_to_end);
    g_test_add_func("/store-images/a-machine-is-based-on-an-image-when-that-is-ready",
                    a_machine_is_based_on_an_image_when_that_is_ready);
    g_test_add_func("/store-images/lifetimes-end-once", lifetimes_end_once);
    return g_test_run();
}
