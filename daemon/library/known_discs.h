// SPDX-License-Identifier: GPL-3.0-or-later
// What is publicly known of Windows 7 discs: hashes (known-discs.tsv) and volume ids with sizes
// (known-volumes.tsv). A match says which disc it is. No match says nothing: most discs were never published
// with a hash, most hashes come from one source, and nobody is accused of tampering.
#pragma once

#include <glib.h>

#include "common/json.h"

// {"statement", "by_hash": {…} or null, "by_volume": ["file name"…]}. @sha1 and @sha256: hex, NULL if the
// disc was not hashed yet; @volume_id may be NULL. The statement is one of "byte-identical to NAME (…)",
// "unknown: …", and "not hashed yet…". The caller owns it.
json_object *known_discs_match(const char *sha1, const char *sha256, const char *volume_id, guint64 size);
