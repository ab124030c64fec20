// SPDX-License-Identifier: GPL-3.0-or-later
// What earlier installs teach of the next one.
#include "daemon/install/phase_times.h"

#include <string.h>

#include "common/json.h"

static json_object *median_of(const char *text)
{
    g_autoptr(json_object) runs = json_tokener_parse(text);
    return phase_times_median(runs);
}

static void the_median_counts(void)
{
    g_autoptr(json_object) medians =
        median_of("[{\"seconds\":{\"copy\":10,\"oobe\":1}},{\"seconds\":{\"copy\":900,\"oobe\":2}},"
                  "{\"seconds\":{\"copy\":12.5,\"oobe\":3}}]");
    g_assert_cmpfloat(json_object_get_double(json_object_object_get(medians, "copy")), ==, 12.5);
    g_assert_cmpfloat(json_object_get_double(json_object_object_get(medians, "oobe")), ==, 2);
}

static void what_a_run_lacks_is_not_known(void)
{
    g_autoptr(json_object) medians =
        median_of("[{\"seconds\":{\"copy\":10}},{\"seconds\":{\"copy\":11,\"new\":2}}]");
    g_assert_false(json_object_object_get_ex(medians, "new", NULL));
    g_assert_true(json_object_object_get_ex(medians, "copy", NULL));
}

static void nothing_teaches_nothing(void)
{
    g_assert_null(median_of("[]"));
    g_assert_null(median_of("[{\"job\":\"x\"}]"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/phase-times/median", the_median_counts);
    g_test_add_func("/phase-times/lacking", what_a_run_lacks_is_not_known);
    g_test_add_func("/phase-times/nothing", nothing_teaches_nothing);
    return g_test_run();
}
