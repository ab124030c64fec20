// SPDX-License-Identifier: GPL-3.0-or-later
// Text that a hostile guest wrote, made fit for logs, terminals and JSON; and comparing the secret it must
// know.
#pragma once

#include <glib.h>

// Valid UTF-8 of at most @limit bytes: what is not UTF-8, control characters and format characters (they turn
// the direction of what follows) become U+FFFD, a tab a space. The caller frees.
char *guest_text_show(const void *bytes, gsize length, gsize limit);

// TRUE if the @length bytes are the same; takes the same time wherever the difference is.
gboolean guest_text_equals(const void *left, const void *right, gsize length);
