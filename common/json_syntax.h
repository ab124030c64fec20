// SPDX-License-Identifier: GPL-3.0-or-later
// Is this text exactly one JSON text as common/json.h wants it? Reads only; builds nothing. Runs before
// json-c, whose strict mode is laxer.
#pragma once

#include <glib.h>

// TRUE if @text (@length bytes, no NUL needed) is one RFC 8259 text: valid UTF-8 without byte order mark, no
// repeated names in an object, whole numbers within int64, others within double, no \u0000, no lone
// surrogates, at most @max_depth nested arrays and objects. Otherwise FALSE with G_IO_ERROR_INVALID_DATA,
// which names line and column (in bytes, from 1) and never quotes the text: it may hold secrets.
gboolean json_syntax_check(const char *text, gsize length, guint max_depth, GError **error);
