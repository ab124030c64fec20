// SPDX-License-Identifier: GPL-3.0-or-later
// Names that Windows takes and refuses, and computer names made from machine names.
#include "unattend/names.h"

#include "request_text.h"

typedef struct {
    const char *name;
    const char *codes;
} NameCase;

static const NameCase computer_names[] = {
    { "COMPAT-01", "" },
    { "a", "" },
    { "1a", "" },
    { "1-2", "" },
    { "-A", " bad-format" },
    { "A-", " bad-format" },
    { "-", " bad-format" },
    { "12345", " bad-format" },
    { "A_B", " bad-characters" },
    { "A B", " bad-characters" },
    { "A.B", " bad-characters" },
    { "*", " bad-characters" },
    { "B\xc3\xbcro", " bad-characters" },
    { "-A_", " bad-characters,  bad-format" },
    { "SYSTEM", " reserved-name" },
    { "Network", " reserved-name" },
    { "SYSTEMS", "" },
};

static const NameCase user_names[] = {
    { "tester", "" },
    { "Zo\xc3\xab Test", "" },
    { "a.b", "" },
    { "console", "" },
    { "com10", "" },
    { "COM0", "" },
    { "tester.", " bad-format" },
    { " tester", " bad-format" },
    { "tester ", " bad-format" },
    { "tester\xc2\xa0", " bad-format" },
    { "...", " bad-format" },
    { "CON", " reserved-name" },
    { "con.txt", " reserved-name" },
    { "nul ", " bad-format,  reserved-name" },
    { "aux", " reserved-name" },
    { "PRN", " reserved-name" },
    { "com1", " reserved-name" },
    { "Lpt9", " reserved-name" },
    { "administrator", " reserved-name" },
    { "Guest", " reserved-name" },
    { "SYSTEM", " reserved-name" },
    { "network service", " reserved-name" },
    { "Local Service", " reserved-name" },
    { "NONE", " reserved-name" },
    { "Users", " reserved-name" },
    { "Public", " reserved-name" },
};

static void check_cases(const NameCase *cases, gsize count,
                        void (*check)(const char *name, const char *pointer, Faults *faults))
{
    for (gsize i = 0; i < count; i++) {
        g_autoptr(Faults) faults = faults_new();
        check(cases[i].name, "", faults);
        g_autofree char *brief = faults_brief(faults);
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(brief, ==, cases[i].codes);
    }
}

static void test_computer_names(void)
{
    check_cases(computer_names, G_N_ELEMENTS(computer_names), computer_name_check);
}

static void test_user_names(void)
{
    check_cases(user_names, G_N_ELEMENTS(user_names), user_name_check);
}

static void test_names_collide_without_regard_to_case(void)
{
    g_assert_true(names_collide("Tester", "TESTER"));
    g_assert_true(names_collide("Zo\xc3\xab", "ZO\xc3\x8b"));
    g_assert_false(names_collide("tester", "tester2"));
}

static void test_computer_names_are_made_from_machine_names(void)
{
    static const struct {
        const char *machine;
        const char *computer;
    } cases[] = {
        { "compat-01", "COMPAT-01" },
        { "a", "A" },
        { "abcdefghijklmno", "ABCDEFGHIJKLMNO" },
        { "abcdefghijklmnop", "ABCDEFG-JKLMNOP" },
        { "compatibility-test-0001", "COMPATI-ST-0001" },
        { "compat-xxxxxxxxxxxxxxxxxx-0001", "COMPAT-XX-0001" },
        { "a-", "A" },
        { "12345", "12345-PC" },
        { "123456789012345", "123456789012-PC" },
        { "12345678901234567890", "1234567-4567890" },
        { "system", "SYSTEM-PC" },
        { "taken", "TAKEN-PC" },
        { "taken-pc", "TAKEN-PC-P1" },
        { "", "SEVEND" },
        { "---", "SEVEND" },
        { "b\xc3\xbcro 7", "B--RO-7" },
    };
    static const char *const taken[] = { "Taken", "taken-pc", "TAKEN-PC-PC", NULL };
    static const char *const only_taken[] = { "Taken", NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gboolean second = g_str_equal(cases[i].machine, "taken-pc");
        g_autofree char *name = computer_name_from(cases[i].machine, second ? taken : only_taken);
        g_assert_cmpstr(name, ==, cases[i].computer);
    }
}

static void test_made_computer_names_are_always_valid(void)
{
    static const char alphabet[] = "abz0189--._ ";
    for (int round = 0; round < 3000; round++) {
        char machine[64];
        gint length = g_test_rand_int_range(0, sizeof machine);
        for (gint i = 0; i < length; i++)
            machine[i] = alphabet[g_test_rand_int_range(0, sizeof alphabet - 1)];
        machine[length] = '\0';
        g_autofree char *name = computer_name_from(machine, NULL);
        g_autoptr(Faults) faults = faults_new();
        computer_name_check(name, "", faults);
        g_assert_cmpuint(faults_count(faults), ==, 0);
        g_assert_cmpuint(g_utf8_strlen(name, -1), <=, 15);
        g_assert_cmpuint(g_utf8_strlen(name, -1), >=, 1);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/names/computer-names", test_computer_names);
    g_test_add_func("/names/user-names", test_user_names);
    g_test_add_func("/names/collide-without-regard-to-case", test_names_collide_without_regard_to_case);
    g_test_add_func("/names/made-from-machine-names", test_computer_names_are_made_from_machine_names);
    g_test_add_func("/names/made-names-are-valid", test_made_computer_names_are_always_valid);
    return g_test_run();
}
