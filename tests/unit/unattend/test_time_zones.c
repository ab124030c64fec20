// SPDX-License-Identifier: GPL-3.0-or-later
// The zone table against the catalogue's list, and suggestions.
#include "unattend/time_zones.h"

#include "common/files.h"

static void test_the_table_is_the_catalogues(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("SEVEND_CATALOGUE"), "timezones.txt", NULL);
    g_autofree char *text = NULL;
    gsize length;
    file_read(path, 65536, &text, &length, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 97);
    g_assert_cmpstrv(time_zones, lines);
}

static void test_names_are_exact(void)
{
    g_assert_true(time_zone_is_known("GMT Standard Time"));
    g_assert_true(time_zone_is_known("UTC+12"));
    g_assert_false(time_zone_is_known("gmt standard time"));
    g_assert_false(time_zone_is_known("GMT Standard Time "));
    g_assert_false(time_zone_is_known("Turkey Standard Time"));
    g_assert_false(time_zone_is_known(""));
}

static void test_suggestions(void)
{
    static const struct {
        const char *given;
        const char *meant;
    } cases[] = {
        { "GMT Standart Time", "GMT Standard Time" },
        { "gmt standard time", "GMT Standard Time" },
        { "utc", "UTC" },
        { "Pacific", "Pacific Standard Time" },
        { "W. Europe Standard Tim", "W. Europe Standard Time" },
        { "Europe/London", NULL },
        { "", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(time_zone_suggest(cases[i].given), ==, cases[i].meant);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/time-zones/the-table-is-the-catalogues", test_the_table_is_the_catalogues);
    g_test_add_func("/time-zones/names-are-exact", test_names_are_exact);
    g_test_add_func("/time-zones/suggestions", test_suggestions);
    return g_test_run();
}
