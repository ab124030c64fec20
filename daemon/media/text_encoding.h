// SPDX-License-Identifier: GPL-3.0-or-later
// Text files as Windows writes them: UTF-16, UTF-8 or the ANSI code page, with or without a byte order mark.
#pragma once

#include <glib.h>

// The text as UTF-8 without byte order mark. Without a mark: UTF-16LE if every other byte of the beginning is
// zero, UTF-8 if valid, else Windows-1252. NULL with MEDIA_ERROR_IO when it is broken UTF-16 or holds NULs.
char *text_decode(const guint8 *bytes, gsize size, GError **error);

// The same text with CRLF line endings, whatever they were. To be freed.
char *text_with_crlf(const char *text);
