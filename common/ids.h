// SPDX-License-Identifier: GPL-3.0-or-later
// Identifiers: names that clients choose, ids and nonces that the daemon makes.
#pragma once

#include <glib.h>

// [a-z0-9][a-z0-9-]{0,62}, not ending in a hyphen is allowed by DESIGN; returns TRUE if @name may be used.
gboolean name_is_valid(const char *name);
#define NAME_RULE "1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit"

// 26 characters, lower case, sorts by time of creation (48-bit milliseconds, then 80 random bits; Crockford
// base32).
char *job_id_new(void);
gboolean job_id_is_valid(const char *id);

// 32 hex digits from the kernel's random source.
char *nonce_new(void);

// RFC 3339, UTC, milliseconds: "2026-01-02T03:04:05.678Z". The caller frees.
char *time_now_text(void);
// The same @seconds from now.
char *time_later_text(gint64 seconds);
