// SPDX-License-Identifier: GPL-3.0-or-later
// What counts as a report on COM1, and how hostile bytes are shown.
#include <string.h>

#include "daemon/vm/com1.h"

#define NONCE "00112233445566778899aabbccddeeff"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Com1Line, com1_line_free)

static Com1Line *parse(const char *text)
{
    return com1_line_parse(text, strlen(text), NONCE);
}

static const char *key(const Com1Line *line, const char *name)
{
    return g_hash_table_lookup(line->keys, name);
}

static void test_report_gives_phase_status_and_keys(void)
{
    g_autoptr(Com1Line) line =
        parse("sevend/1 " NONCE " phase=winpe status=driver inf=X:\\drivers\\a.inf exit=0\r");

    g_assert_cmpstr(line->phase, ==, "winpe");
    g_assert_cmpstr(line->status, ==, "driver");
    g_assert_cmpstr(key(line, "inf"), ==, "X:\\drivers\\a.inf");
    g_assert_cmpstr(key(line, "exit"), ==, "0");
    g_assert_cmpuint(g_hash_table_size(line->keys), ==, 2);
}

static void test_quoted_value_may_have_spaces(void)
{
    g_autoptr(Com1Line) line = parse("sevend/1 " NONCE " phase=copy reason=\"no disc, no fun\" file=\"open");

    g_assert_cmpstr(line->phase, ==, "copy");
    g_assert_cmpstr(line->status, ==, NULL);
    g_assert_cmpstr(key(line, "reason"), ==, "no disc, no fun");
    g_assert_cmpstr(key(line, "file"), ==, "open");
}

static void test_noise_before_a_report_does_not_spoil_it(void)
{
    g_autoptr(Com1Line) line = parse("\x1b[2Jsevend/1 half a li"
                                     "sevend/1 " NONCE " phase=winpe status=begin");

    g_assert_cmpstr(line->phase, ==, "winpe");
}

static void test_words_of_another_shape_are_passed_over(void)
{
    g_autoptr(Com1Line) line =
        parse("sevend/1 " NONCE "  bare phase=BAD phase=winpe phase=copy =x A=b a=1 a=2 status=be/gin \t");

    g_assert_cmpstr(line->phase, ==, "winpe");
    g_assert_cmpstr(line->status, ==, NULL);
    g_assert_cmpstr(key(line, "a"), ==, "1");
    g_assert_cmpuint(g_hash_table_size(line->keys), ==, 1);
}

static void test_other_lines_are_not_obeyed(void)
{
    static const char *const lines[] = {
        "",
        "\r",
        "Windows is loading files...",
        "phase=ready status=done",
        "sevend/1 phase=ready status=done",
        "sevend/1  phase=ready",
        "sevend/1 " NONCE,
        "sevend/1 " NONCE " status=done",
        "sevend/1 " NONCE "phase=ready",
        "sevend/1 " NONCE "0 phase=ready",
        "sevend/1 00112233445566778899aabbccddeefe phase=ready",
        "sevend/1 00112233445566778899aabbccddeef phase=ready",
        "sevend/1 00112233445566778899AABBCCDDEEFF phase=ready",
        "sevend/2 " NONCE " phase=ready",
        "sevend/1 " NONCE " phase=" NONCE,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(Com1Line) line = parse(lines[i]);
        g_assert_cmpstr(line->phase, ==, NULL);
        g_assert_cmpstr(line->status, ==, NULL);
        g_assert_null(line->keys);
        g_assert_nonnull(line->text);
    }
}

static void test_without_a_nonce_nothing_is_a_report(void)
{
    g_autoptr(Com1Line) none = com1_line_parse("sevend/1  phase=ready", 21, NULL);
    g_autoptr(Com1Line) empty = com1_line_parse("sevend/1  phase=ready", 21, "");

    g_assert_cmpstr(none->phase, ==, NULL);
    g_assert_cmpstr(empty->phase, ==, NULL);
}

static void test_nonce_is_masked_everywhere(void)
{
    g_autoptr(Com1Line) line =
        parse("sevend/1 " NONCE " phase=winpe x=" NONCE " 00112233445566778899AABBCCDDEEFF" NONCE);

    g_assert_cmpstr(
        line->text, ==,
        "sevend/1 ******************************** phase=winpe x=******************************** "
        "****************************************************************");
    g_assert_cmpstr(key(line, "x"), ==, "********************************");
}

static void test_text_is_short_valid_and_without_control_characters(void)
{
    char bytes[4096];
    GRand *random = g_rand_new_with_seed(7);

    for (int round = 0; round < 200; round++) {
        for (gsize i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)g_rand_int_range(random, 0, 256);
        if (round % 2 == 0)
            memcpy(bytes, "sevend/1 " NONCE " phase=x k=", 51);
        g_autoptr(Com1Line) line = com1_line_parse(bytes, sizeof bytes, NONCE);
        g_assert_true(g_utf8_validate(line->text, -1, NULL));
        g_assert_cmpuint(strlen(line->text), <=, 1024);
        for (const char *at = line->text; *at; at = g_utf8_next_char(at))
            g_assert_false(g_unichar_iscntrl(g_utf8_get_char(at)));
        g_assert_null(strstr(line->text, NONCE));
    }
    g_rand_free(random);
}

static void test_control_characters_and_direction_marks_are_replaced(void)
{
    g_autoptr(Com1Line) line = parse("a\tb\x1b[31m\xe2\x80\xae"
                                     "c\xff"
                                     "d");

    g_assert_cmpstr(line->text, ==,
                    "a b\xef\xbf\xbd[31m\xef\xbf\xbd"
                    "c\xef\xbf\xbd"
                    "d");
}

static void test_number_and_length_of_keys_are_limited(void)
{
    g_autoptr(GString) text = g_string_new("sevend/1 " NONCE " phase=winpe");

    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, " k%d=%0300d", i, i);
    g_autoptr(Com1Line) line = parse(text->str);
    g_assert_cmpuint(g_hash_table_size(line->keys), ==, 32);
    g_assert_cmpuint(strlen(key(line, "k0")), ==, 256);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/com1-line/report-gives-phase-status-and-keys", test_report_gives_phase_status_and_keys);
    g_test_add_func("/com1-line/quoted-value-may-have-spaces", test_quoted_value_may_have_spaces);
    g_test_add_func("/com1-line/noise-before-a-report-does-not-spoil-it",
                    test_noise_before_a_report_does_not_spoil_it);
    g_test_add_func("/com1-line/words-of-another-shape-are-passed-over",
                    test_words_of_another_shape_are_passed_over);
    g_test_add_func("/com1-line/other-lines-are-not-obeyed", test_other_lines_are_not_obeyed);
    g_test_add_func("/com1-line/without-a-nonce-nothing-is-a-report",
                    test_without_a_nonce_nothing_is_a_report);
    g_test_add_func("/com1-line/nonce-is-masked-everywhere", test_nonce_is_masked_everywhere);
    g_test_add_func("/com1-line/text-is-short-valid-and-without-control-characters",
                    test_text_is_short_valid_and_without_control_characters);
    g_test_add_func("/com1-line/control-characters-and-direction-marks-are-replaced",
                    test_control_characters_and_direction_marks_are_replaced);
    g_test_add_func("/com1-line/number-and-length-of-keys-are-limited",
                    test_number_and_length_of_keys_are_limited);
    return g_test_run();
}
