// SPDX-License-Identifier: GPL-3.0-or-later
// The list of faults: what it keeps, what it drops, and how JSON pointers are escaped.
#include "common/faults.h"

#include <string.h>

static void test_keeps_every_part(void)
{
    g_autoptr(Faults) faults = faults_new();
    const char *const allowed[] = { "a", "b", NULL };
    g_assert_cmpuint(faults_count(faults), ==, 0);
    faults_add(faults, "/x", "bad", allowed, "Not %d.", 7);
    faults_add(faults, "", "worse", NULL, "No.");
    g_assert_cmpuint(faults_count(faults), ==, 2);
    const Fault *fault = faults_get(faults, 0);
    g_assert_cmpstr(fault->pointer, ==, "/x");
    g_assert_cmpstr(fault->code, ==, "bad");
    g_assert_cmpstr(fault->message, ==, "Not 7.");
    g_assert_cmpstrv(fault->allowed, allowed);
    g_assert_null(faults_get(faults, 1)->allowed);
    g_autofree char *text = faults_to_text(faults);
    g_assert_cmpstr(text, ==, "/x: Not 7.; (document): No.");
}

static void test_drops_what_is_beyond_256(void)
{
    g_autoptr(Faults) faults = faults_new();
    for (int i = 0; i < 1000; i++)
        faults_add(faults, "/x", "bad", NULL, "%d", i);
    g_assert_cmpuint(faults_count(faults), ==, 256);
    g_assert_cmpstr(faults_get(faults, 255)->message, ==, "255");
}

static void test_cuts_endless_pointers_between_characters(void)
{
    g_autoptr(Faults) faults = faults_new();
    g_autofree char *endless = g_malloc0(100001);
    for (int i = 0; i < 100000; i += 2)
        memcpy(endless + i, "é", 2);
    g_autofree char *odd = g_strconcat("/", endless, NULL);
    faults_add(faults, endless, "bad", NULL, "x");
    faults_add(faults, odd, "bad", NULL, "x");
    for (guint i = 0; i < 2; i++) {
        const char *pointer = faults_get(faults, i)->pointer;
        g_assert_cmpuint(strlen(pointer), <, 1100);
        g_assert_true(g_utf8_validate(pointer, -1, NULL));
        g_assert_true(g_str_has_suffix(pointer, "é…"));
    }
}

static void test_pointer_segments_are_escaped(void)
{
    g_autofree char *plain = json_pointer_append("", "a");
    g_autofree char *escaped = json_pointer_append("/a", "b/c~d");
    g_autofree char *item = json_pointer_append_index("/users", 12);
    g_assert_cmpstr(plain, ==, "/a");
    g_assert_cmpstr(escaped, ==, "/a/b~1c~0d");
    g_assert_cmpstr(item, ==, "/users/12");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/faults/keeps-every-part", test_keeps_every_part);
    g_test_add_func("/faults/drops-what-is-beyond-256", test_drops_what_is_beyond_256);
    g_test_add_func("/faults/cuts-endless-pointers", test_cuts_endless_pointers_between_characters);
    g_test_add_func("/faults/pointer-segments-are-escaped", test_pointer_segments_are_escaped);
    return g_test_run();
}
