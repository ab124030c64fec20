// SPDX-License-Identifier: GPL-3.0-or-later
// The certificate table: WIN_CERTIFICATE { length, revision, type, SignedData … }, each padded to 8 bytes.
#include "authenticode.h"

#include "little_endian.h"

#define CERTIFICATE_HEADER 8
#define PKCS_SIGNED_DATA   2 // WIN_CERT_TYPE_PKCS_SIGNED_DATA
#define MAX_CERTIFICATES   8

// The table lies in the file; of one that does not, nothing is left out of the hash.
static gboolean certificate_table(const PeImage *image, gsize *ret_start, gsize *ret_size)
{
    guint32 start = 0, size = 0;
    pe_image_directory(image, PE_DIRECTORY_SECURITY, &start, &size);
    const gsize after_headers = image->directory_at + (gsize)image->directories * 8;
    if (size == 0 || start < after_headers || pe_image_at(image, start, size) == NULL)
        return FALSE;
    *ret_start = start;
    *ret_size = size;
    return TRUE;
}

char *authenticode_hash(const PeImage *image, DigestKind kind, GError **error)
{
    g_autoptr(Digest) digest = digest_new(kind, error);
    const gsize entry = image->directory_at + PE_DIRECTORY_SECURITY * 8;
    const gboolean has_entry = image->directories > PE_DIRECTORY_SECURITY;
    gsize table = image->size, table_size = 0;

    if (digest == NULL)
        return NULL;
    certificate_table(image, &table, &table_size);
    digest_update(digest, image->bytes, image->checksum_at);
    gsize at = image->checksum_at + 4;
    if (has_entry) {
        digest_update(digest, image->bytes + at, entry - at);
        at = entry + 8;
    }
    digest_update(digest, image->bytes + at, table - at);
    digest_update(digest, image->bytes + table + table_size, image->size - table - table_size);
    return digest_hex(digest);
}

guint authenticode_digests(const PeImage *image)
{
    gsize at = 0, left = 0;
    guint digests = 0;

    if (!certificate_table(image, &at, &left))
        return 0;
    for (guint i = 0; i < MAX_CERTIFICATES && left > CERTIFICATE_HEADER; i++) {
        const guint8 *entry = image->bytes + at;
        const gsize length = read_le32(entry);
        Signatures signatures;
        if (length <= CERTIFICATE_HEADER || length > left)
            break;
        if (read_le16(entry + 6) == PKCS_SIGNED_DATA &&
            signatures_read(entry + CERTIFICATE_HEADER, length - CERTIFICATE_HEADER, &signatures, NULL)) {
            digests |= signatures.digests;
            signatures_clear(&signatures);
        }
        const gsize step = MIN((length + 7) & ~(gsize)7, left);
        at += step;
        left -= step;
    }
    return digests;
}
