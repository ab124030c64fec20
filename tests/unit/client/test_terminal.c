// SPDX-License-Identifier: GPL-3.0-or-later
// Text from others made harmless, measured, cut and put into columns.
#include "client/table.h"
#include "client/terminal.h"
#include "client/timeline.h"

#include <locale.h>
#include <string.h>

static const struct {
    const char *name;
    const char *bytes;
    gssize length; // -1: up to the NUL
    SafeFlags flags;
    const char *expected;
} texts[] = {
    { "plain text stays", "C:\\Users\\J\xc3\xbcrgen \xe2\x82\xac", -1, SAFE_ONE_LINE,
      "C:\\Users\\J\xc3\xbcrgen \xe2\x82\xac" },
    { "escape sequences are written out", "\x1b[31mred\x1b]0;title\a", -1, SAFE_ONE_LINE,
      "\\x1b[31mred\\x1b]0;title\\x07" },
    { "line ends do not break a line", "a\r\nb\tc", -1, SAFE_ONE_LINE, "a\\x0d\\x0ab\\x09c" },
    { "line ends and tabs stay in lines", "a\nb\tc", -1, SAFE_LINES, "a\nb\tc" },
    { "CR LF, CR CR LF and CR become LF", "a\r\nb\r\r\nc\rd\r", -1, SAFE_LINES, "a\nb\nc\nd\n" },
    { "NUL is shown", "a\0b", 3, SAFE_LINES, "a\\x00b" },
    { "delete and backspace are shown", "a\x7f\b", -1, SAFE_LINES, "a\\x7f\\x08" },
    { "C1 controls in UTF-8 are shown",
      "\xc2\x9b"
      "31m",
      -1, SAFE_LINES, "\\u{9b}31m" },
    { "C1 controls as bytes are shown",
      "\x9b"
      "31m",
      -1, SAFE_LINES, "\\x9b31m" },
    { "text that changes direction is shown",
      "\xe2\x80\xae"
      "exe.txt",
      -1, SAFE_LINES, "\\u{202e}exe.txt" },
    { "invisible characters are shown",
      "a\xe2\x80\x8b"
      "b",
      -1, SAFE_LINES, "a\\u{200b}b" },
    { "cut characters are shown", "a\xe2\x82", -1, SAFE_LINES, "a\\xe2\\x82" },
    { "overlong forms are shown", "\xc0\x9b", -1, SAFE_LINES, "\\xc0\\x9b" },
    { "ASCII only", "J\xc3\xbcrgen\n", -1, SAFE_LINES | SAFE_ASCII, "J?rgen\n" },
};

static void harmless(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autofree char *text = safe_text(texts[i].bytes, texts[i].length, texts[i].flags);
    g_assert_cmpstr(text, ==, texts[i].expected);
}

static void no_byte_sequence_reaches_the_terminal_as_control(void)
{
    char bytes[3];
    for (guint first = 0; first < 256; first++)
        for (guint second = 0; second < 256; second++) {
            bytes[0] = (char)first;
            bytes[1] = (char)second;
            bytes[2] = '[';
            g_autofree char *text = safe_text(bytes, 3, SAFE_ONE_LINE);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            for (const char *at = text; *at; at = g_utf8_next_char(at))
                g_assert_true(g_unichar_isprint(g_utf8_get_char(at)));
        }
}

static void fitting_keeps_short_text_and_marks_cut_text(void)
{
    static const struct {
        const char *text;
        guint columns;
        gboolean utf8;
        const char *expected;
    } cases[] = {
        { "winpe", 5, TRUE, "winpe" },  { "winpe", 4, TRUE, "win…" }, { "winpe", 4, FALSE, "win~" },
        { "winpe", 1, TRUE, "…" },      { "winpe", 0, TRUE, "" },     { "日本語", 6, TRUE, "日本語" },
        { "日本語", 5, TRUE, "日本…" }, { "日本語", 4, TRUE, "日…" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = text_fit(cases[i].text, cases[i].columns, cases[i].utf8);
        g_assert_cmpstr(text, ==, cases[i].expected);
        g_assert_cmpuint(text_columns(text), <=, cases[i].columns);
    }
}

static void columns_are_aligned_whatever_the_characters(void)
{
    static const char *const headers[] = { "NAME", "SIZE", "STATE", NULL };
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    {
        g_autoptr(Table) table = table_new(headers);
        table_add(table, "a", "1.0 GiB", "ok");
        table_add(table, "日本", NULL, "re\033fused");
        table_add(table, "e\xcc\x81", "", "ok");
        table_print(table, stream);
    }
    fclose(stream);
    g_assert_cmpstr(text, ==,
                    "NAME  SIZE     STATE\n"
                    "a     1.0 GiB  ok\n"
                    "日本  -        re\\x1bfused\n"
                    "e\xcc\x81              ok\n");
    free(text);
}

static void durations_are_written_for_people(void)
{
    static const struct {
        gint64 seconds;
        const char *expected;
    } cases[] = { { -5, "0 s" },           { 0, "0 s" },
                  { 59, "59 s" },          { 60, "1 min 00 s" },
                  { 3599, "59 min 59 s" }, { 3600, "1 h 00 min" },
                  { 90061, "25 h 01 min" } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = duration_text(cases[i].seconds * G_USEC_PER_SEC);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *name = g_strdup_printf("/client/terminal/%s", texts[i].name);
        g_test_add_data_func(g_strdelimit(name, " ", '-'), GSIZE_TO_POINTER(i), harmless);
    }
    g_test_add_func("/client/terminal/no-byte-sequence-reaches-the-terminal-as-control",
                    no_byte_sequence_reaches_the_terminal_as_control);
    g_test_add_func("/client/terminal/fitting-keeps-short-text-and-marks-cut-text",
                    fitting_keeps_short_text_and_marks_cut_text);
    g_test_add_func("/client/table/columns-are-aligned-whatever-the-characters",
                    columns_are_aligned_whatever_the_characters);
    g_test_add_func("/client/timeline/durations-are-written-for-people", durations_are_written_for_people);
    return g_test_run();
}
