// SPDX-License-Identifier: GPL-3.0-or-later
// Texts that the strict check lets through and texts that it refuses, with the place of the refusal.
#include "common/json_syntax.h"

#include <gio/gio.h>
#include <string.h>

static const char *const good[] = {
    "{}",
    "[]",
    " \t\r\n[ ] ",
    "null",
    "true",
    "0",
    "-0",
    "-1.5e+10",
    "1e308",
    "9223372036854775807",
    "-9223372036854775808",
    "\"\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
    "\"\xc3\xa9 \xf0\x9f\x98\x80 \x7f\"",
    "{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}",
    "{\"a\":1,\"A\":2,\"\":3}",
    "[1,2.0,\"x\",null,true,false,{\"k\":[]}]",
};

typedef struct {
    const char *text;
    const char *place; // how the error begins
    const char *words; // what it says
} Bad;

static const Bad bad[] = {
    { "", "line 1, column 1:", "ends too early" },
    { "  ", "line 1, column 3:", "ends too early" },
    { "{", "line 1, column 2:", "ends too early" },
    { "[1", "line 1, column 3:", "ends too early" },
    { "\"abc", "line 1, column 5:", "ends too early" },
    { "{\"a\"", "line 1, column 5:", "ends too early" },
    { "\"\\", "line 1, column 3:", "ends too early" },
    { "\"\\u12", "line 1, column 6:", "ends too early" },
    { "{} x", "line 1, column 4:", "something follows" },
    { "{}{}", "line 1, column 3:", "something follows" },
    { "{\n  'a': 1}", "line 2, column 3:", "double quotes" },
    { "['a']", "line 1, column 2:", "value was expected" },
    { "{a: 1}", "line 1, column 2:", "double quotes" },
    { "[1,]", "line 1, column 4:", "value was expected" },
    { "{\"a\":1,}", "line 1, column 8:", "double quotes" },
    { "[,1]", "line 1, column 2:", "value was expected" },
    { "[1 2]", "line 1, column 4:", "',' or ']'" },
    { "{\"a\":1 \"b\":2}", "line 1, column 8:", "',' or '}'" },
    { "{\"a\" 1}", "line 1, column 6:", "':'" },
    { "{1:2}", "line 1, column 2:", "double quotes" },
    { "NaN", "line 1, column 1:", "value was expected" },
    { "nan", "line 1, column 1:", "unknown word" },
    { "Infinity", "line 1, column 1:", "value was expected" },
    { "-Infinity", "line 1, column 2:", "digit was expected" },
    { "TRUE", "line 1, column 1:", "value was expected" },
    { "tru", "line 1, column 1:", "unknown word" },
    { "trueish", "line 1, column 5:", "something follows" },
    { "// x\n{}", "line 1, column 1:", "value was expected" },
    { "/* x */ {}", "line 1, column 1:", "value was expected" },
    { "[01]", "line 1, column 2:", "leading zero" },
    { "[-01]", "line 1, column 3:", "leading zero" },
    { "[+1]", "line 1, column 2:", "value was expected" },
    { "[.5]", "line 1, column 2:", "value was expected" },
    { "[1.]", "line 1, column 4:", "after the point" },
    { "[1e]", "line 1, column 4:", "exponent" },
    { "[0x10]", "line 1, column 3:", "',' or ']'" },
    { "[9223372036854775808]", "line 1, column 2:", "beyond 64 bits" },
    { "[-9223372036854775809]", "line 1, column 2:", "beyond 64 bits" },
    { "[1e309]", "line 1, column 2:", "too large" },
    { "[0.0000000000000000000000000000000000000000000000000000000000000000001]",
      "line 1, column 2:", "too many digits" },
    { "\"a\nb\"", "line 1, column 3:", "control character" },
    { "\"a\tb\"", "line 1, column 3:", "control character" },
    { "\"\\x41\"", "line 1, column 3:", "unknown escape" },
    { "\"\\'\"", "line 1, column 3:", "unknown escape" },
    { "\"\\U0041\"", "line 1, column 3:", "unknown escape" },
    { "\"\\u00g0\"", "line 1, column 6:", "hex digits" },
    { "\"\\u0000\"", "line 1, column 2:", "\\u0000" },
    { "{\"\\u0000\":1}", "line 1, column 3:", "\\u0000" },
    { "\"\\ud83d\"", "line 1, column 2:", "lone surrogate" },
    { "\"\\ude00\"", "line 1, column 2:", "lone surrogate" },
    { "\"\\ud83dx\"", "line 1, column 2:", "lone surrogate" },
    { "\"\\ud83d\\u0041\"", "line 1, column 2:", "lone surrogate" },
    { "\"\\ud83d\\ue000\"", "line 1, column 2:", "lone surrogate" },
    { "\"\\ud83d\\ud83d\"", "line 1, column 2:", "lone surrogate" },
    { "{\"a\":1,\n \"a\":2}", "line 2, column 2:", "repeated name" },
    { "{\"a\":1,\"b\":2,\"\\u0061\":3}", "line 1, column 14:", "repeated name" },
    { "[{\"x\":{\"\":1,\"\":1}}]", "line 1, column 13:", "repeated name" },
    { "\"\xff\"", "line 1, column 2:", "UTF-8" },
    { "\"\xc0\xaf\"", "line 1, column 2:", "UTF-8" },
    { "\"\xed\xa0\xbd\"", "line 1, column 2:", "UTF-8" },
    { "\"\xf4\x90\x80\x80\"", "line 1, column 2:", "UTF-8" },
    { "\xef\xbb\xbf{}", "line 1, column 1:", "byte order mark" },
    { "[[[[1]]]]", "line 1, column 4:", "too deeply" },
    { "{\"a\":[{\"b\":{}}]}", "line 1, column 12:", "too deeply" },
};

static void test_good_texts_pass(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        json_syntax_check(good[i], strlen(good[i]), 3, &error);
        g_assert_no_error(error);
    }
}

static void test_bad_texts_are_refused_with_their_place(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(json_syntax_check(bad[i].text, strlen(bad[i].text), 3, &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
        g_autofree char *shown = g_strescape(bad[i].text, NULL);
        g_test_message("%s -> %s", shown, error->message);
        g_assert_true(g_str_has_prefix(error->message, bad[i].place));
        g_assert_nonnull(strstr(error->message, bad[i].words));
    }
}

static void test_the_length_ends_the_text(void)
{
    g_assert_true(json_syntax_check("[1]x", 3, 3, NULL));
    g_assert_false(json_syntax_check("[1]x", 2, 3, NULL));
    g_assert_false(json_syntax_check("{}\0", 3, 3, NULL));
    g_assert_false(json_syntax_check("\"\0\"", 3, 3, NULL));
}

// A copy without anything behind it, so that a sanitizer sees a read beyond the end.
static void test_every_cut_of_a_good_text_is_refused(void)
{
    const char *text = "{\"a\":[-1.5e+10,true,null,\"\\u00e9\\ud83d\\ude00\"]}";
    for (gsize length = 0; length < strlen(text); length++) {
        g_autofree char *cut = g_memdup2(text, length);
        g_assert_false(json_syntax_check(cut != NULL ? cut : "", length, 3, NULL));
    }
    g_assert_true(json_syntax_check(text, strlen(text), 3, NULL));
}

static void test_errors_do_not_quote_the_text(void)
{
    const char *text = "{\"password\":\"hunter2\",\"hunter2\":1,\"hunter2\":hunter2}";
    g_autoptr(GError) error = NULL;
    g_assert_false(json_syntax_check(text, strlen(text), 3, &error));
    g_assert_null(strstr(error->message, "hunter2"));
}

static void test_deep_nesting_is_refused_early(void)
{
    g_autofree char *deep = g_malloc(1000001);
    memset(deep, '[', 1000000);
    deep[1000000] = '\0';
    g_autoptr(GError) error = NULL;
    g_assert_false(json_syntax_check(deep, 1000000, 32, &error));
    g_assert_true(g_str_has_prefix(error->message, "line 1, column 33:"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-syntax/good-texts-pass", test_good_texts_pass);
    g_test_add_func("/json-syntax/bad-texts-are-refused", test_bad_texts_are_refused_with_their_place);
    g_test_add_func("/json-syntax/the-length-ends-the-text", test_the_length_ends_the_text);
    g_test_add_func("/json-syntax/every-cut-is-refused", test_every_cut_of_a_good_text_is_refused);
    g_test_add_func("/json-syntax/errors-do-not-quote-the-text", test_errors_do_not_quote_the_text);
    g_test_add_func("/json-syntax/deep-nesting-is-refused-early", test_deep_nesting_is_refused_early);
    return g_test_run();
}
