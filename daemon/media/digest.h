// SPDX-License-Identifier: GPL-3.0-or-later
// Running hashes of data that pass by: SHA through GnuTLS, because it uses the processor's SHA instructions.
#pragma once

#include <glib.h>

typedef enum {
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_XXH128, // finds damage at the speed of memory; no proof against someone who means to deceive
} DigestKind;

typedef struct Digest Digest;

Digest *digest_new(DigestKind kind, GError **error);
void digest_update(Digest *digest, const void *data, gsize length);
// The hash so far, in lower-case hex; more may be added afterwards. To be freed.
char *digest_hex(const Digest *digest);
void digest_free(Digest *digest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Digest, digest_free)
