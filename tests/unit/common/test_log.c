// SPDX-License-Identifier: GPL-3.0-or-later
// What log lines look like on standard error; each test runs itself again as a child and reads its output.
#include "common/log.h"

static void test_words_name_the_level(void)
{
    if (g_test_subprocess()) {
        log_start(FALSE);
        g_message("disc \"%s\" found", "win7");
        g_debug("not shown");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*info: disc \"win7\" found\n*");
    g_test_trap_assert_stderr_unmatched("*not shown*");
}

static void test_debug_is_shown_when_asked_for(void)
{
    if (g_test_subprocess()) {
        log_start(TRUE);
        g_debug("step begun");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*debug: step begun\n*");
}

static void test_a_message_stays_on_its_line(void)
{
    if (g_test_subprocess()) {
        log_start(FALSE);
        g_message("guest said: %s", "x\nwarning: forged\x1b[2J");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*info: guest said: x\\x0awarning: forged\\x1b[2J\n*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/words-name-the-level", test_words_name_the_level);
    g_test_add_func("/log/debug-is-shown-when-asked-for", test_debug_is_shown_when_asked_for);
    g_test_add_func("/log/a-message-stays-on-its-line", test_a_message_stays_on_its_line);
    return g_test_run();
}
