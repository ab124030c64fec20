// SPDX-License-Identifier: GPL-3.0-or-later
// Lengths of time: what they mean, and what is none.
#include "common/duration.h"

#include <string.h>

#include "common/ids.h"

static void test_units(void)
{
    static const struct {
        const char *text;
        gint64 seconds;
    } rows[] = { { "1s", 1 },     { "90s", 90 },    { "30m", 1800 },
                 { "4h", 14400 }, { "2d", 172800 }, { "3650d", 315360000 } };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 seconds = -1;
        g_assert_true(duration_parse(rows[i].text, &seconds));
        g_assert_cmpint(seconds, ==, rows[i].seconds);
    }
}

static void test_refuses(void)
{
    static const char *const texts[] = { "",    "s",   "4",    "0s", "-1h", "+1h",   " 4h",         "4h ",
                                         "4hh", "4 h", "1.5h", "4H", "4w",  "3651d", "9999999999s", "0x4h" };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        gint64 seconds = 7;
        if (duration_parse(texts[i], &seconds) || seconds != 7)
            g_test_fail_printf("\"%s\" is taken", texts[i]);
    }
}

static void test_members(void)
{
    static const char text[] = "{\"a\":\"4h\",\"b\":null,\"c\":4,\"d\":\"soon\"}";
    g_autoptr(json_object) object = json_parse(text, strlen(text), NULL);
    g_autoptr(Faults) faults = faults_new();
    gint64 seconds = 0;
    g_assert_true(duration_get(object, "/x", "a", &seconds, faults));
    g_assert_cmpint(seconds, ==, 14400);
    g_assert_false(duration_get(object, "/x", "b", &seconds, faults));
    g_assert_false(duration_get(object, "/x", "e", &seconds, faults));
    g_assert_cmpuint(faults_count(faults), ==, 0);
    g_assert_false(duration_get(object, "/x", "c", &seconds, faults));
    g_assert_false(duration_get(object, "/x", "d", &seconds, faults));
    g_assert_cmpuint(faults_count(faults), ==, 2);
    g_assert_cmpstr(faults_get(faults, 1)->pointer, ==, "/x/d");
    g_assert_cmpstr(faults_get(faults, 1)->code, ==, "bad-value");
}

// The store compares such texts.
static void test_later_sorts_behind_now(void)
{
    g_autofree char *now = time_now_text(), *later = time_later_text(1), *year = time_later_text(31622400);
    g_assert_cmpuint(strlen(later), ==, strlen(now));
    g_assert_cmpstr(now, <, later);
    g_assert_cmpstr(later, <, year);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/duration/units", test_units);
    g_test_add_func("/duration/refuses", test_refuses);
    g_test_add_func("/duration/members", test_members);
    g_test_add_func("/duration/later-sorts-behind-now", test_later_sorts_behind_now);
    return g_test_run();
}
