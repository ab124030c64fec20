// SPDX-License-Identifier: GPL-3.0-or-later
// Names that clients may choose, and the ids that the daemon makes.
#include "common/ids.h"

#include <string.h>

static void test_names(void)
{
    char longest[64];
    char too_long[65];
    memset(longest, 'a', 63);
    longest[63] = '\0';
    memset(too_long, 'a', 64);
    too_long[64] = '\0';
    const char *const good[] = { "a", "0", "compat-01", "a-", "a--b", longest };
    const char *const bad[] = { "",    "-a",  "A",           "a_b", "a.b",  "../etc", "a/b",
                                "a b", "a\n", "caf\xc3\xa9", ".",   "a\\b", too_long };
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(name_is_valid(good[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(name_is_valid(bad[i]));
    g_assert_false(name_is_valid(NULL));
}

static void test_job_ids_are_valid_and_differ(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < 2000; i++) {
        char *id = job_id_new();
        g_assert_true(job_id_is_valid(id));
        g_assert_true(g_hash_table_add(seen, id));
    }
}

static void test_job_ids_begin_with_the_time(void)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    gint64 before = g_get_real_time() / 1000;
    g_autofree char *id = job_id_new();
    gint64 after = g_get_real_time() / 1000;
    gint64 milliseconds = 0;
    for (int i = 0; i < 10; i++)
        milliseconds = milliseconds * 32 + (strchr(digits, id[i]) - digits);
    g_assert_cmpint(milliseconds, >=, before);
    g_assert_cmpint(milliseconds, <=, after);
}

static void test_foreign_job_ids_are_refused(void)
{
    const char *const bad[] = { "",
                                "01arz3ndektsv4rrffq69g5fa",
                                "01arz3ndektsv4rrffq69g5favx",
                                "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                                "01arz3ndektsv4rrffq69g5fau",
                                "81arz3ndektsv4rrffq69g5fav",
                                "../../../../../../../../..",
                                NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(job_id_is_valid(bad[i]));
    g_assert_true(job_id_is_valid("01arz3ndektsv4rrffq69g5fav"));
}

static void test_nonces_are_32_hex_digits_and_differ(void)
{
    g_autofree char *one = nonce_new();
    g_autofree char *other = nonce_new();
    g_assert_cmpuint(strlen(one), ==, 32);
    g_assert_cmpuint(strspn(one, "0123456789abcdef"), ==, 32);
    g_assert_cmpstr(one, !=, other);
}

static void test_time_is_rfc_3339_utc_with_milliseconds(void)
{
    g_autofree char *text = time_now_text();
    g_assert_true(g_regex_match_simple("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$", text, 0, 0));
    g_autoptr(GDateTime) read_back = g_date_time_new_from_iso8601(text, NULL);
    g_assert_cmpint(ABS(g_date_time_to_unix(read_back) - g_get_real_time() / G_USEC_PER_SEC), <, 3600);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ids/names", test_names);
    g_test_add_func("/ids/job-ids-are-valid-and-differ", test_job_ids_are_valid_and_differ);
    g_test_add_func("/ids/job-ids-begin-with-the-time", test_job_ids_begin_with_the_time);
    g_test_add_func("/ids/foreign-job-ids-are-refused", test_foreign_job_ids_are_refused);
    g_test_add_func("/ids/nonces", test_nonces_are_32_hex_digits_and_differ);
    g_test_add_func("/ids/time", test_time_is_rfc_3339_utc_with_milliseconds);
    return g_test_run();
}
