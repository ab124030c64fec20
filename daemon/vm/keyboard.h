// SPDX-License-Identifier: GPL-3.0-or-later
// What a person would type, as the key codes that libvirt takes (its set "linux", linux/input-event-codes.h).
// Text is typed as on a US keyboard: the machine's layout must be that, or the text be without what differs.
#pragma once

#include <glib.h>

// Keys that are pressed together; at most KEYBOARD_CHORD.
#define KEYBOARD_CHORD 8u
typedef struct {
    guint codes[KEYBOARD_CHORD];
    guint count;
} KeyboardChord;

// "ctrl+alt+delete", "f8", "shift+a", "ctrl+-", "alt+.", "ctrl+plus": each a character that a US keyboard
// types (letters in either case are the key alone; what needs shift brings it), or one of keyboard_names();
// "plus" is for +, which joins. FALSE if a name is no key's, or they are more than KEYBOARD_CHORD.
gboolean keyboard_chord(const char *names, KeyboardChord *ret_chord);
// The chord that types the character; FALSE if a US keyboard has none.
gboolean keyboard_character(gunichar character, KeyboardChord *ret_chord);
// Names of keys that are no character, NULL-terminated; static.
const char *const *keyboard_names(void);
