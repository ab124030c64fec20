// SPDX-License-Identifier: GPL-3.0-or-later
// Thin cover of GnuTLS's hash handles.
#include "digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "media_error.h"

#define MAX_DIGEST_SIZE 32

struct Digest {
    gnutls_digest_algorithm_t algorithm;
    gnutls_hash_hd_t handle;
};

Digest *digest_new(DigestKind kind, GError **error)
{
    Digest *digest = g_new0(Digest, 1);
    digest->algorithm = kind == DIGEST_SHA1 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256;
    int result = gnutls_hash_init(&digest->handle, digest->algorithm);

    if (result == 0)
        return digest;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "cannot start a hash: %s", gnutls_strerror(result));
    g_free(digest);
    return NULL;
}

void digest_update(Digest *digest, const void *data, gsize length)
{
    gnutls_hash(digest->handle, data, length);
}

char *digest_hex(const Digest *digest)
{
    guint8 bytes[MAX_DIGEST_SIZE];
    GString *hex = g_string_new(NULL);
    gnutls_hash_hd_t copy = gnutls_hash_copy(digest->handle);

    g_assert(copy != NULL); // both algorithms support it
    gnutls_hash_deinit(copy, bytes);
    for (guint i = 0; i < gnutls_hash_get_len(digest->algorithm); i++)
        g_string_append_printf(hex, "%02x", bytes[i]);
    return g_string_free(hex, FALSE);
}

void digest_free(Digest *digest)
{
    if (digest == NULL)
        return;
    gnutls_hash_deinit(digest->handle, NULL);
    g_free(digest);
}
