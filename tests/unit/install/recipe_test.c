// SPDX-License-Identifier: GPL-3.0-or-later
// The recipe of an install: what changes it, what does not, and that no secret can be read from it.
#include "daemon/install/recipe.h"

#include <string.h>

#include "tests/unit/install/library_fixture.h"

#define WHO(name)  "{\"name\":\"" name "\",\"template\":\"t\""
#define DISC(name) ",\"disc\":\"" name "\",\"edition\":\"PROFESSIONAL\""
#define USER(password)                                                                                       \
    ",\"users\":[{\"name\":\"tester\",\"password\":\"" password "\",\"administrator\":true}]"
#define START WHO("a") DISC("amd64") USER("one")
#define FIRST START "}"

static LibraryFixture *new_fixture(void)
{
    static const char *const editions[] = { "PROFESSIONAL", "ULTIMATE", NULL };
    LibraryFixture *fixture = library_fixture_new(NULL);
    library_fixture_disc(fixture, "amd64", "amd64", editions);
    library_fixture_disc(fixture, "other", "amd64", editions);
    library_fixture_template(fixture, "t",
                             "{\"architecture\":\"amd64\",\"request\":{\"hardware\":{\"vcpus\":1}}}");
    library_fixture_template(fixture, "same",
                             "{\"extends\":\"t\",\"request\":{\"system\":{\"owner\":\"Lab\"}}}");
    library_fixture_guest(fixture);
    fixture->daemon.instance = (char *)"0123456789abcdef";
    return fixture;
}

static char *recipe_of(LibraryFixture *fixture, const char *text)
{
    g_autoptr(json_object) body = parse_json(text);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(InstallRequest) request = install_request_new(&fixture->daemon, body, faults, &error);
    g_assert_no_error(error);
    g_autoptr(InstallPlan) plan = install_plan_new(&fixture->daemon, request->document, NULL, faults, &error);
    g_assert_no_error(error);
    g_autofree char *wrong = faults_to_text(faults);
    g_assert_cmpstr(wrong, ==, "");
    char *recipe = install_recipe(&fixture->daemon, plan, request->document, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(recipe), ==, 64);
    return recipe;
}

static void what_a_clone_has_of_its_own_does_not_count(void)
{
    static const char *const same[] = {
        FIRST,
        WHO("b") DISC("amd64") USER("one") "}",
        START ",\"system\":{\"computer_name\":\"LAB-{n}\"}}",
        START ",\"system\":{\"computer_name\":\"RECIPE\"}}",
        START ",\"hardware\":{\"vcpus\":2,\"sockets\":2,\"memory_mib\":4096}}",
        START ",\"lifetime\":\"4h\"}",
        START ",\"seal\":\"gold\"}",
        START ",\"fresh\":true}",
    };
    g_autoptr(LibraryFixture) fixture = new_fixture();
    g_autofree char *first = recipe_of(fixture, FIRST);
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *recipe = recipe_of(fixture, same[i]);
        g_test_message("%s", same[i]);
        g_assert_cmpstr(recipe, ==, first);
    }
}

// Settings count as Windows gets them.
static void who_says_a_setting_does_not_count(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture();
    g_autofree char *first = recipe_of(fixture, FIRST);
    g_autofree char *said =
        recipe_of(fixture, START ",\"system\":{\"time_zone\":\"UTC\"},\"hardware\":{\"disk_gib\":32}}");
    g_assert_cmpstr(said, ==, first);
    g_autofree char *request = recipe_of(fixture, START ",\"system\":{\"owner\":\"Lab\"}}");
    g_autofree char *template =
        recipe_of(fixture, "{\"name\":\"a\",\"template\":\"same\"" DISC("amd64") USER("one") "}");
    g_assert_cmpstr(request, ==, template);
    g_assert_cmpstr(request, !=, first);
}

static void what_comes_onto_the_disk_counts(void)
{
    static const char *const other[] = {
        WHO("a") DISC("other") USER("one") "}",
        WHO("a") ",\"disc\":\"amd64\",\"edition\":\"ULTIMATE\"" USER("one") "}",
        WHO("a") DISC("amd64") USER("two") "}",
        START ",\"product_key\":\"22222-33333-44444-66666-77777\"}",
        START ",\"hardware\":{\"disk_gib\":40}}",
        START ",\"hardware\":{\"sound\":\"hda\"}}",
        START ",\"system\":{\"time_zone\":\"GMT Standard Time\"}}",
        START ",\"first_logon\":[{\"command\":\"ver\"}]}",
        START ",\"specialize\":[{\"command\":\"ver\"}]}",
        START ",\"files\":[{\"path\":\"C:\\\\a.txt\",\"content\":\"one\"}]}",
        START ",\"files\":[{\"path\":\"C:\\\\a.txt\",\"content\":\"two\"}]}",
        START ",\"files\":[{\"path\":\"C:\\\\b.txt\",\"content\":\"two\"}]}",
    };
    g_autoptr(LibraryFixture) fixture = new_fixture();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(seen, recipe_of(fixture, FIRST));
    for (gsize i = 0; i < G_N_ELEMENTS(other); i++) {
        g_test_message("%s", other[i]);
        g_assert_true(g_hash_table_add(seen, recipe_of(fixture, other[i])));
    }
}

static void what_runs_in_the_guest_counts(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture();
    g_autofree char *before = recipe_of(fixture, FIRST);
    library_fixture_guest_file(fixture, "sevend-agent-amd64.exe", "a newer agent");
    g_autofree char *after = recipe_of(fixture, FIRST);
    g_assert_cmpstr(after, !=, before);
}

// Whoever knows all but the password, and not the instance, cannot try passwords out.
static void a_secret_counts_only_with_the_instance(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture();
    g_autofree char *here = recipe_of(fixture, FIRST);
    fixture->daemon.instance = (char *)"fedcba9876543210";
    g_autofree char *there = recipe_of(fixture, FIRST);
    g_assert_cmpstr(there, !=, here);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recipe/what-a-clone-has-of-its-own-does-not-count",
                    what_a_clone_has_of_its_own_does_not_count);
    g_test_add_func("/recipe/who-says-a-setting-does-not-count", who_says_a_setting_does_not_count);
    g_test_add_func("/recipe/what-comes-onto-the-disk-counts", what_comes_onto_the_disk_counts);
    g_test_add_func("/recipe/what-runs-in-the-guest-counts", what_runs_in_the_guest_counts);
    g_test_add_func("/recipe/a-secret-counts-only-with-the-instance", a_secret_counts_only_with_the_instance);
    return g_test_run();
}
