// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/keyboard.h"

#include <linux/input-event-codes.h>
#include <string.h>

#define SHIFTED 0x10000u // beside a code

static const struct {
    const char *name;
    guint code;
} keys[] = {
    { "ctrl", KEY_LEFTCTRL },
    { "alt", KEY_LEFTALT },
    { "shift", KEY_LEFTSHIFT },
    { "altgr", KEY_RIGHTALT },
    { "win", KEY_LEFTMETA },
    { "menu", KEY_COMPOSE },
    { "enter", KEY_ENTER },
    { "escape", KEY_ESC },
    { "tab", KEY_TAB },
    { "space", KEY_SPACE },
    { "backspace", KEY_BACKSPACE },
    { "delete", KEY_DELETE },
    { "insert", KEY_INSERT },
    { "home", KEY_HOME },
    { "end", KEY_END },
    { "pageup", KEY_PAGEUP },
    { "pagedown", KEY_PAGEDOWN },
    { "up", KEY_UP },
    { "down", KEY_DOWN },
    { "left", KEY_LEFT },
    { "right", KEY_RIGHT },
    { "capslock", KEY_CAPSLOCK },
    { "numlock", KEY_NUMLOCK },
    { "scrolllock", KEY_SCROLLLOCK },
    { "print", KEY_SYSRQ },
    { "pause", KEY_PAUSE },
    { "plus", KEY_EQUAL | SHIFTED }, // in a chord, + joins
    { "f1", KEY_F1 },
    { "f2", KEY_F2 },
    { "f3", KEY_F3 },
    { "f4", KEY_F4 },
    { "f5", KEY_F5 },
    { "f6", KEY_F6 },
    { "f7", KEY_F7 },
    { "f8", KEY_F8 },
    { "f9", KEY_F9 },
    { "f10", KEY_F10 },
    { "f11", KEY_F11 },
    { "f12", KEY_F12 },
};

// What a US keyboard types without and with shift, and the codes of those keys, in the same order.
static const char plain[] = "abcdefghijklmnopqrstuvwxyz1234567890-=[]\\;'`,./ \n\t";
static const char shifted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()_+{}|:\"~<>?";
static const guint codes[] = {
    KEY_A,          KEY_B,     KEY_C,     KEY_D,         KEY_E,          KEY_F,         KEY_G,
    KEY_H,          KEY_I,     KEY_J,     KEY_K,         KEY_L,          KEY_M,         KEY_N,
    KEY_O,          KEY_P,     KEY_Q,     KEY_R,         KEY_S,          KEY_T,         KEY_U,
    KEY_V,          KEY_W,     KEY_X,     KEY_Y,         KEY_Z,          KEY_1,         KEY_2,
    KEY_3,          KEY_4,     KEY_5,     KEY_6,         KEY_7,          KEY_8,         KEY_9,
    KEY_0,          KEY_MINUS, KEY_EQUAL, KEY_LEFTBRACE, KEY_RIGHTBRACE, KEY_BACKSLASH, KEY_SEMICOLON,
    KEY_APOSTROPHE, KEY_GRAVE, KEY_COMMA, KEY_DOT,       KEY_SLASH,      KEY_SPACE,     KEY_ENTER,
    KEY_TAB,
};
G_STATIC_ASSERT(G_N_ELEMENTS(codes) == sizeof plain - 1);

gboolean keyboard_character(gunichar character, KeyboardChord *ret_chord)
{
    if (character == 0 || character > 127)
        return FALSE;
    const char *at = strchr(plain, (int)character);
    if (at) {
        *ret_chord = (KeyboardChord){ .codes = { codes[at - plain] }, .count = 1 };
        return TRUE;
    }
    at = strchr(shifted, (int)character);
    if (!at)
        return FALSE;
    *ret_chord = (KeyboardChord){ .codes = { KEY_LEFTSHIFT, codes[at - shifted] }, .count = 2 };
    return TRUE;
}

// Unless it is there already: ctrl+shift+plus is ctrl+plus. FALSE if no more fit.
static gboolean add_code(KeyboardChord *chord, guint code)
{
    for (guint i = 0; code == KEY_LEFTSHIFT && i < chord->count; i++)
        if (chord->codes[i] == code)
            return TRUE;
    if (chord->count == KEYBOARD_CHORD)
        return FALSE;
    chord->codes[chord->count++] = code;
    return TRUE;
}

// A letter is its key, without shift; of other characters, shift is what types them.
static gboolean add_character(KeyboardChord *chord, char character)
{
    KeyboardChord typed;
    if (!keyboard_character((gunichar)g_ascii_tolower(character), &typed))
        return FALSE;
    for (guint i = 0; i < typed.count; i++)
        if (!add_code(chord, typed.codes[i]))
            return FALSE;
    return TRUE;
}

// A character, or a key's name.
static gboolean add_key(KeyboardChord *chord, const char *name)
{
    if (g_ascii_isgraph(name[0]) && name[1] == '\0')
        return add_character(chord, name[0]);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_ascii_strcasecmp(keys[i].name, name) == 0)
            return ((keys[i].code & SHIFTED) == 0 || add_code(chord, KEY_LEFTSHIFT)) &&
                   add_code(chord, keys[i].code & ~SHIFTED);
    return FALSE;
}

gboolean keyboard_chord(const char *names, KeyboardChord *ret_chord)
{
    g_auto(GStrv) parts = g_strsplit(names, "+", -1);
    KeyboardChord chord = { .count = 0 };
    for (char **part = parts; *part; part++)
        if (!add_key(&chord, *part))
            return FALSE;
    if (chord.count > 0)
        *ret_chord = chord;
    return chord.count > 0;
}

const char *const *keyboard_names(void)
{
    static const char *names[G_N_ELEMENTS(keys) + 1];
    static gsize made = 0;
    if (g_once_init_enter(&made)) {
        for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
            names[i] = keys[i].name;
        g_once_init_leave(&made, 1);
    }
    return names;
}
