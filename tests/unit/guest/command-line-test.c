// SPDX-License-Identifier: GPL-3.0-or-later
// Argument vectors become the command lines that undo to the same vector, or, for cmd.exe, the command as
// typed.
#include <glib.h>
#include <string.h>

#include "guest/agent/command_line.h"

struct expectation {
    const char *argv[6];
    const char *line;
};

static void check(const struct expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char line[256];
        size_t argc = 0;
        while (cases[i].argv[argc] != NULL)
            argc++;
        g_assert_true(command_line_build(cases[i].argv, argc, line, sizeof line));
        g_assert_cmpstr(line, ==, cases[i].line);
    }
}

static void arguments_are_quoted_as_the_c_runtime_undoes_it(void)
{
    static const struct expectation cases[] = {
        { { "setup.exe" }, "setup.exe" },
        { { "setup.exe", "/S" }, "setup.exe /S" },
        { { "C:\\Program Files\\a.exe", "b c" }, "\"C:\\Program Files\\a.exe\" \"b c\"" },
        { { "a", "" }, "a \"\"" },
        { { "a", "say \"hi\"" }, "a \"say \\\"hi\\\"\"" },
        { { "a", "\"" }, "a \"\\\"\"" },
        { { "a", "C:\\dir\\" }, "a C:\\dir\\" },
        { { "a", "C:\\my dir\\" }, "a \"C:\\my dir\\\\\"" },
        { { "a", "b\\\\\"c" }, "a \"b\\\\\\\\\\\"c\"" },
        { { "a", "b\\\\c d" }, "a \"b\\\\c d\"" },
        { { "a", "tab\there" }, "a \"tab\there\"" },
        { { "a", "%PATH% & | > ^" }, "a \"%PATH% & | > ^\"" },
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void shell_command_is_kept_as_typed(void)
{
    static const struct expectation cases[] = {
        { { "cmd", "/c", "ver" }, "cmd /s /c \"ver\"" },
        { { "cmd", "/c", "echo a b & echo c" }, "cmd /s /c \"echo a b & echo c\"" },
        { { "CMD.EXE", "/C", "echo \"x y\"" }, "CMD.EXE /s /C \"echo \"x y\"\"" },
        { { "C:\\Windows\\System32\\cmd.exe", "/k", "dir" }, "C:\\Windows\\System32\\cmd.exe /s /k \"dir\"" },
        { { "cmd", "/v:on", "/c", "echo !A!" }, "cmd /v:on /s /c \"echo !A!\"" },
        { { "cmd", "/c", "dir", "C:\\Program Files" }, "cmd /s /c \"dir \"C:\\Program Files\"\"" },
        { { "cmd", "/c", "echo", "x", ">f" }, "cmd /s /c \"echo x >f\"" },
        { { "cmd", "/c", "C:\\my tools\\a.exe", "b" }, "cmd /s /c \"\"C:\\my tools\\a.exe\" b\"" },
        { { "cmd", "/c", "echo", "\"a b\"", "" }, "cmd /s /c \"echo \"a b\" \"\"\"" },
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void other_programs_have_no_shell_rule(void)
{
    static const struct expectation cases[] = {
        { { "cmd" }, "cmd" },
        { { "cmd", "/c" }, "cmd /c" },
        { { "cmd", "/?" }, "cmd /?" },
        { { "mycmd.exe", "/c", "a b" }, "mycmd.exe /c \"a b\"" },
        { { "cmd.exe.bak", "/c", "a b" }, "cmd.exe.bak /c \"a b\"" },
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void line_that_does_not_fit_is_refused(void)
{
    static const char *const argv[] = { "abc", "def" };
    static const char *const quote[] = { "a\"b" };
    char line[8];

    g_assert_true(command_line_build(argv, 2, line, 8));
    g_assert_cmpstr(line, ==, "abc def");
    g_assert_false(command_line_build(argv, 2, line, 7));
    g_assert_false(command_line_build(argv, 2, line, 0));
    g_assert_false(command_line_build(quote, 1, line, 8));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/command-line/" #test, test)
    ADD(arguments_are_quoted_as_the_c_runtime_undoes_it);
    ADD(shell_command_is_kept_as_typed);
    ADD(other_programs_have_no_shell_rule);
    ADD(line_that_does_not_fit_is_refused);
#undef ADD
    return g_test_run();
}
