// SPDX-License-Identifier: GPL-3.0-or-later
// What the terminal is: whether there is one, how wide, which characters it shows; and text from others made
// harmless for it. A guest is hostile: what it says may be meant for the terminal, not for the reader.
#pragma once

#include <glib.h>
#include <stdio.h>

// TRUE if @stream is a terminal that understands carriage return and "erase to end of line" (not TERM=dumb).
gboolean terminal_can_redraw(FILE *stream);
// Columns of @stream's terminal, $COLUMNS or 80 if it does not say. Never below 1.
guint terminal_width(FILE *stream);
// TRUE if the locale's characters are UTF-8. Call setlocale() first.
gboolean terminal_is_utf8(void);

typedef enum {
    SAFE_ONE_LINE = 0,
    SAFE_LINES = 1 << 0, // keep line ends and tabs; CR LF and lone CR become LF
    SAFE_ASCII = 1 << 1, // '?' for every character beyond ASCII: for terminals whose locale is not UTF-8
} SafeFlags;

// Copies @length bytes (-1: up to the NUL) of text that somebody else wrote, with everything that a terminal
// obeys or that hides other text written out: control characters and bytes that are not UTF-8 as \x1b,
// invisible and direction-changing characters as \u{202e}. The result is valid UTF-8. The caller frees.
char *safe_text(const char *bytes, gssize length, SafeFlags flags);
// safe_text() of one line, for tables and messages, with SAFE_ASCII where the terminal needs it. NULL gives
// "-".
char *safe_line(const char *text);
// Writes bytes from the guest: untouched into files and pipes, through safe_text() onto terminals.
void safe_write(FILE *stream, const char *bytes, gsize length);

// Columns that @text (valid UTF-8) takes: 0, 1 or 2 a character.
guint text_columns(const char *text);
// @text cut to at most @columns columns, its end replaced by an ellipsis if it was longer. The caller frees.
char *text_fit(const char *text, guint columns, gboolean utf8);
