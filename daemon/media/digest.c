// SPDX-License-Identifier: GPL-3.0-or-later
// Thin cover of GnuTLS's hash handles and xxHash's state.
#include "digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <xxhash.h>

#include "media_error.h"

#define MAX_DIGEST_SIZE 32

struct Digest {
    gnutls_digest_algorithm_t algorithm;
    gnutls_hash_hd_t handle;
    XXH3_state_t *fast; // DIGEST_XXH128, else NULL
};

Digest *digest_new(DigestKind kind, GError **error)
{
    Digest *digest = g_new0(Digest, 1);
    if (kind == DIGEST_XXH128) {
        digest->fast = XXH3_createState();
        if (digest->fast == NULL)
            g_error("out of memory");
        XXH3_128bits_reset(digest->fast);
        return digest;
    }
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
    if (digest->fast != NULL)
        XXH3_128bits_update(digest->fast, data, length);
    else
        gnutls_hash(digest->handle, data, length);
}

// Returns the hash's length.
static guint current(const Digest *digest, guint8 bytes[MAX_DIGEST_SIZE])
{
    if (digest->fast != NULL) {
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(digest->fast));
        memcpy(bytes, canonical.digest, sizeof canonical.digest);
        return sizeof canonical.digest;
    }
    gnutls_hash_hd_t copy = gnutls_hash_copy(digest->handle);
    g_assert(copy != NULL); // both algorithms support it
    gnutls_hash_deinit(copy, bytes);
    return gnutls_hash_get_len(digest->algorithm);
}

char *digest_hex(const Digest *digest)
{
    guint8 bytes[MAX_DIGEST_SIZE];
    GString *hex = g_string_new(NULL);
    const guint length = current(digest, bytes);

    for (guint i = 0; i < length; i++)
        g_string_append_printf(hex, "%02x", bytes[i]);
    return g_string_free(hex, FALSE);
}

void digest_free(Digest *digest)
{
    if (digest == NULL)
        return;
    if (digest->fast != NULL)
        XXH3_freeState(digest->fast);
    else
        gnutls_hash_deinit(digest->handle, NULL);
    g_free(digest);
}
