// SPDX-License-Identifier: GPL-3.0-or-later
// What is typed, as key codes.
#include "daemon/vm/keyboard.h"

#include <linux/input-event-codes.h>
#include <string.h>

static void test_chords(void)
{
    KeyboardChord chord;
    g_assert_true(keyboard_chord("ctrl+alt+delete", &chord));
    g_assert_cmpuint(chord.count, ==, 3);
    g_assert_cmpuint(chord.codes[0], ==, KEY_LEFTCTRL);
    g_assert_cmpuint(chord.codes[1], ==, KEY_LEFTALT);
    g_assert_cmpuint(chord.codes[2], ==, KEY_DELETE);
    g_assert_true(keyboard_chord("Win+R", &chord));
    g_assert_cmpuint(chord.codes[1], ==, KEY_R);
    g_assert_true(keyboard_chord("0", &chord));
    g_assert_cmpuint(chord.codes[0], ==, KEY_0);
    static const char *const none[] = {
        "",   "+", "ctrl+", "ctrl++",   "ctrl++a",           "hyper",          "ab",
        "--", " ", "\n",    "\xc3\xa4", "a+b+c+d+e+f+g+h+i", "a+b+c+d+e+f+g+?"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_false(keyboard_chord(none[i], &chord));
}

static void test_punctuation(void)
{
    static const struct {
        const char *names;
        guint codes[4];
    } rows[] = {
        { "-", { KEY_MINUS } },
        { "ctrl+-", { KEY_LEFTCTRL, KEY_MINUS } },
        { "ctrl+=", { KEY_LEFTCTRL, KEY_EQUAL } },
        { "ctrl+,", { KEY_LEFTCTRL, KEY_COMMA } },
        { "alt+.", { KEY_LEFTALT, KEY_DOT } },
        { "ctrl+/", { KEY_LEFTCTRL, KEY_SLASH } },
        { "ctrl+;", { KEY_LEFTCTRL, KEY_SEMICOLON } },
        { "ctrl+[", { KEY_LEFTCTRL, KEY_LEFTBRACE } },
        { "ctrl+]", { KEY_LEFTCTRL, KEY_RIGHTBRACE } },
        { "ctrl+\\", { KEY_LEFTCTRL, KEY_BACKSLASH } },
        { "ctrl+'", { KEY_LEFTCTRL, KEY_APOSTROPHE } },
        { "alt+`", { KEY_LEFTALT, KEY_GRAVE } },
        { "ctrl+plus", { KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_EQUAL } },
        { "ctrl+shift+Plus", { KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_EQUAL } },
        { "ctrl+shift+=", { KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_EQUAL } },
        { "ctrl+?", { KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_SLASH } },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        KeyboardChord chord;
        guint count = 0;
        while (count < G_N_ELEMENTS(rows[i].codes) && rows[i].codes[count] != 0)
            count++;
        g_test_message("%s", rows[i].names);
        g_assert_true(keyboard_chord(rows[i].names, &chord));
        g_assert_cmpmem(chord.codes, chord.count * sizeof *chord.codes, rows[i].codes,
                        count * sizeof *chord.codes);
    }
}

static void test_each_name_is_a_key(void)
{
    KeyboardChord chord;
    for (const char *const *name = keyboard_names(); *name; name++)
        g_assert_true(keyboard_chord(*name, &chord));
}

static void test_characters(void)
{
    static const struct {
        char character;
        guint code;
        gboolean shift;
    } rows[] = {
        { 'a', KEY_A, FALSE },         { 'Z', KEY_Z, TRUE },           { '1', KEY_1, FALSE },
        { ')', KEY_0, TRUE },          { '\\', KEY_BACKSLASH, FALSE }, { ':', KEY_SEMICOLON, TRUE },
        { '"', KEY_APOSTROPHE, TRUE }, { '?', KEY_SLASH, TRUE },       { ' ', KEY_SPACE, FALSE },
        { '\n', KEY_ENTER, FALSE },    { '~', KEY_GRAVE, TRUE },
    };
    KeyboardChord chord;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(keyboard_character((gunichar)rows[i].character, &chord));
        g_assert_cmpuint(chord.count, ==, rows[i].shift ? 2 : 1);
        g_assert_cmpuint(chord.codes[chord.count - 1], ==, rows[i].code);
    }
    for (gunichar character = ' '; character < 127; character++)
        g_assert_true(keyboard_character(character, &chord));
    g_assert_false(keyboard_character(0, &chord));
    g_assert_false(keyboard_character(0xe4, &chord));
    g_assert_false(keyboard_character('\x1b', &chord));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keyboard/chords", test_chords);
    g_test_add_func("/keyboard/punctuation", test_punctuation);
    g_test_add_func("/keyboard/names", test_each_name_is_a_key);
    g_test_add_func("/keyboard/characters", test_characters);
    return g_test_run();
}
