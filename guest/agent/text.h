// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8, in which the wire and the lists are written, to and from UTF-16, which Windows takes.
#pragma once

#include <stddef.h>
#include <wchar.h>

// Converts length bytes. Returns NUL-terminated text to free(), or NULL when the bytes are not UTF-8 or
// memory is out.
wchar_t *text_to_wide(const char *bytes, size_t length);

// Converts NUL-terminated UTF-16; unpaired surrogates become U+FFFD. Returns text to free(), or NULL when
// memory is out.
char *text_to_utf8(const wchar_t *wide);
