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
        "", "+", "ctrl+", "ctrl++a", "hyper", "ab", "a+b+c+d+e+f+g+h+i", "-"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_false(keyboard_chord(none[i], &chord));
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
    g_test_add_func("/keyboard/names", test_each_name_is_a_key);
    g_test_add_func("/keyboard/characters", test_characters);
    return g_test_run();
}
