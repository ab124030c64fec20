// SPDX-License-Identifier: GPL-3.0-or-later
// Who signed a PKCS #7 SignedData, and with which digest: what decides whether a Windows 7 can verify it
// (FACTS, Signatures). Whether the signature is true is not looked at: Windows has the certificates for that.
#pragma once

#include <glib.h>

typedef enum {
    SIGNED_SHA1 = 1 << 0,
    SIGNED_SHA2 = 1 << 1,  // SHA-256, -384, -512
    SIGNED_OTHER = 1 << 2, // MD5 and others that no Windows 7 takes
} SignedDigests;

typedef struct {
    guint digests; // SignedDigests of all signers, nested signatures too; 0: nobody signed
    char *signer;  // common name of the first signer's certificate, or NULL
} Signatures;

// @der: SignedData in a ContentInfo. FALSE if it is none. *ret_content, if not NULL: the signed content (CTL,
// indirect data), raw; the caller unrefs; NULL where there is none.
gboolean signatures_read(const guint8 *der, gsize length, Signatures *ret, GBytes **ret_content);
void signatures_clear(Signatures *signatures);

// "sha1", "sha256", "both", "other", or NULL for none.
const char *signatures_digest_name(guint digests);
