// SPDX-License-Identifier: GPL-3.0-or-later
// The fields Repr-Digest and Content-Digest (RFC 9530) with a SHA-256, as client and daemon both send and
// read them. Hashes nothing.
#pragma once

#include <glib.h>

// "sha-256=:BASE64:" of 64 hexadecimal digits; NULL if they are none. The caller frees.
char *digest_field(const char *sha256);
// The sha-256 of a field "sha-256=:BASE64:, …", in lower-case hex; other algorithms beside it are passed
// over. NULL if it has none, or one that is not 32 bytes. The caller frees.
char *digest_sha256(const char *field);
