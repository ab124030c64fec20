// SPDX-License-Identifier: GPL-3.0-or-later
// Problems: who owns the faults, and callers that want no problem.
#include "common/problem.h"

static void test_carries_status_code_and_detail(void)
{
    g_autoptr(Problem) problem = NULL;
    problem_set(&problem, 404, "not-found", "disc \"%s\": there is no such disc", "xp");
    g_assert_cmpint(problem->status, ==, 404);
    g_assert_cmpstr(problem->code, ==, "not-found");
    g_assert_cmpstr(problem->detail, ==, "disc \"xp\": there is no such disc");
    g_assert_null(problem->faults);
}

static void test_faults_make_a_422_that_owns_them(void)
{
    g_autoptr(Problem) problem = NULL;
    Faults *faults = faults_new();
    faults_add(faults, "/a", "bad", NULL, "x");
    faults_add(faults, "/b", "bad", NULL, "x");
    problem_set_faults(&problem, &faults);
    g_assert_null(faults);
    g_assert_cmpint(problem->status, ==, 422);
    g_assert_cmpstr(problem->code, ==, "invalid-request");
    g_assert_cmpstr(problem->detail, ==, "The request has 2 faults.");
    g_assert_cmpuint(faults_count(problem->faults), ==, 2);
}

static void test_nobody_need_listen(void)
{
    Faults *faults = faults_new();
    problem_set(NULL, 500, "internal", "x");
    problem_set_faults(NULL, &faults);
    g_assert_null(faults);
    problem_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/problem/carries-status-code-and-detail", test_carries_status_code_and_detail);
    g_test_add_func("/problem/faults-make-a-422", test_faults_make_a_422_that_owns_them);
    g_test_add_func("/problem/nobody-need-listen", test_nobody_need_listen);
    return g_test_run();
}
