// SPDX-License-Identifier: GPL-3.0-or-later
// Computer names from patterns: which number is next, which patterns are refused, and that two clients never
// get one name.
#include <string.h>

#include "daemon/install/computer_name.h"
#include "tests/unit/install/library_fixture.h"

#define NAMED(name) "{\"system\":{\"computer_name\":\"" name "\"},\"users\":[{\"name\":\"lab-2\"}]}"

// The name that the pattern leads to; the caller frees.
static char *settled(LibraryFixture *fixture, const char *request_json)
{
    g_autoptr(json_object) request = parse_json(request_json);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(computer_name_settle(&fixture->daemon, request, faults, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    return computer_name_of(request, "machine");
}

static void the_lowest_free_number_is_taken(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *first = settled(fixture, "{\"system\":{\"computer_name\":\"LAB-{n}\"}}");
    g_assert_cmpstr(first, ==, "LAB-1");
    library_fixture_machine(fixture, "a", "{\"system\":{\"computer_name\":\"LAB-1\"}}");
    library_fixture_machine(fixture, "b", "{\"system\":{\"computer_name\":\"lab-3\"}}");
    g_autofree char *second = settled(fixture, "{\"system\":{\"computer_name\":\"LAB-{n}\"}}");
    g_assert_cmpstr(second, ==, "LAB-2");
    g_autofree char *beside_user = settled(fixture, NAMED("LAB-{n}"));
    g_assert_cmpstr(beside_user, ==, "LAB-4");
}

static void names_made_from_machine_names_count_as_taken(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_machine(fixture, "lab-1", "{\"users\":[{\"name\":\"u\"}]}");
    g_autofree char *name = settled(fixture, "{\"system\":{\"computer_name\":\"LAB-{n}\"}}");
    g_assert_cmpstr(name, ==, "LAB-2");
}

static void a_number_stands_anywhere(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *name = settled(fixture, "{\"system\":{\"computer_name\":\"PC{n}-WEST\"}}");
    g_assert_cmpstr(name, ==, "PC1-WEST");
}

static void random_names_differ_and_are_valid(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *a = settled(fixture, "{\"system\":{\"computer_name\":\"PC-{random}\"}}");
    g_autofree char *b = settled(fixture, "{\"system\":{\"computer_name\":\"PC-{random}\"}}");
    g_assert_true(g_regex_match_simple("^PC-[A-Z2-9]{6}$", a, 0, 0));
    g_assert_cmpstr(a, !=, b);
}

static void plain_names_are_left_alone(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *plain = settled(fixture, "{\"system\":{\"computer_name\":\"LAB\"}}");
    g_autofree char *none = settled(fixture, "{}");
    g_autofree char *imported = settled(fixture, "{\"answer_file\":\"<a/>\"}");
    g_assert_cmpstr(plain, ==, "LAB");
    g_assert_cmpstr(none, ==, "MACHINE");
    g_assert_null(imported);
}

static void faulty_patterns_are_refused(void)
{
    static const struct {
        const char *pattern, *code;
    } rows[] = {
        { "LAB-{m}", "bad-pattern" },
        { "LAB-{n}{n}", "bad-pattern" },
        { "LAB-{n", "bad-pattern" },
        { "LAB-n}", "bad-pattern" },
        { "LAB-{}", "bad-pattern" },
        { "LAB-{n}-{random}", "bad-pattern" },
        { "LAB}{n}", "bad-pattern" },
        { "LAB-{N}", "bad-pattern" },
        { "FOURTEEN-CHARS{n}", "too-long" },
        { "TEN-CHARS-{random}", "too-long" },
        { "LAB_{n}", "bad-characters" },
        { "-{n}", "bad-format" },
        { "{n}-", "bad-format" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
        g_autofree char *text = g_strdup_printf("{\"system\":{\"computer_name\":\"%s\"}}", rows[i].pattern);
        g_autoptr(json_object) request = parse_json(text);
        g_autoptr(Faults) faults = faults_new();
        g_assert_true(computer_name_settle(&fixture->daemon, request, faults, NULL));
        g_test_message("%s", rows[i].pattern);
        g_assert_cmpuint(faults_count(faults), ==, 1);
        g_assert_cmpstr(faults_get(faults, 0)->pointer, ==, "/system/computer_name");
        g_assert_cmpstr(faults_get(faults, 0)->code, ==, rows[i].code);
    }
}

static void a_pattern_must_fit_as_many_machines_as_there_may_be(void)
{
    g_autoptr(json_object) few = parse_json("{\"system\":{\"computer_name\":\"THIRTEEN-CHR-{n}\"}}");
    g_autoptr(json_object) many = parse_json("{\"system\":{\"computer_name\":\"THIRTEEN-CHR-{n}\"}}");
    g_autoptr(Faults) faults = faults_new();
    computer_name_check_pattern(few, 99, faults);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    computer_name_check_pattern(many, 100, faults);
    g_assert_cmpuint(faults_count(faults), ==, 1);
}

typedef struct {
    LibraryFixture *fixture;
    char machine[16];
    char *name;
} Client;

// As a request for a machine does it: choose and store under one lock.
static gpointer create(gpointer data)
{
    Client *client = data;
    g_autoptr(json_object) request = parse_json("{\"system\":{\"computer_name\":\"LAB-{n}\"}}");
    g_autoptr(GMutexLocker) lock = g_mutex_locker_new(computer_name_lock());
    client->name = computer_name_next(&client->fixture->daemon, request, "LAB-{n}", NULL);
    g_autofree char *stored = g_strdup_printf("{\"system\":{\"computer_name\":\"%s\"}}", client->name);
    library_fixture_machine(client->fixture, client->machine, stored);
    return NULL;
}

static void clients_at_once_get_different_names(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    Client clients[8];
    GThread *threads[8];
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++) {
        clients[i] = (Client){ .fixture = fixture };
        g_snprintf(clients[i].machine, sizeof clients[i].machine, "m%u", i);
        threads[i] = g_thread_new("client", create, &clients[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++) {
        g_thread_join(threads[i]);
        g_hash_table_add(names, clients[i].name);
    }
    g_assert_cmpuint(g_hash_table_size(names), ==, G_N_ELEMENTS(clients));
    g_assert_true(g_hash_table_contains(names, "LAB-8"));
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++)
        g_free(clients[i].name);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/computer-name/the-lowest-free-number-is-taken", the_lowest_free_number_is_taken);
    g_test_add_func("/computer-name/names-made-from-machine-names-count-as-taken",
                    names_made_from_machine_names_count_as_taken);
    g_test_add_func("/computer-name/a-number-stands-anywhere", a_number_stands_anywhere);
    g_test_add_func("/computer-name/random-names-differ-and-are-valid", random_names_differ_and_are_valid);
    g_test_add_func("/computer-name/plain-names-are-left-alone", plain_names_are_left_alone);
    g_test_add_func("/computer-name/faulty-patterns-are-refused", faulty_patterns_are_refused);
    g_test_add_func("/computer-name/a-pattern-must-fit-as-many-machines-as-there-may-be",
                    a_pattern_must_fit_as_many_machines_as_there_may_be);
    g_test_add_func("/computer-name/clients-at-once-get-different-names",
                    clients_at_once_get_different_names);
    return g_test_run();
}
