// SPDX-License-Identifier: GPL-3.0-or-later
// One loop over the blob table for both checks. Layout of the integrity table: wimlib's integrity.c. wimlib
// itself cannot verify a WIM that is not a file of its own.
#include "wim_blobs.h"

#include <string.h>

#include "cancel.h"
#include "digest.h"
#include "little_endian.h"
#include "media_error.h"
#include "wim_resource.h"

#define TABLE_STEP          (WIM_BLOB_ENTRY_SIZE * 1024)
#define COPY_STEP           (1024u * 1024)
#define MAX_INTEGRITY_CHUNK (256u * 1024 * 1024)

static gboolean damaged(const ByteSource *wim, GError **error, const char *reason)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: %s", wim->name, reason);
    return FALSE;
}

gboolean wim_blobs_each(ByteSource *wim, const WimHeader *header, WimBlobFunction function, gpointer data,
                        GError **error)
{
    g_autofree guint8 *buffer = g_malloc(TABLE_STEP);
    const WimResource *table = &header->blob_table;

    if (table->size % WIM_BLOB_ENTRY_SIZE != 0)
        return damaged(wim, error, "its blob table ends within an entry");
    for (guint64 at = 0; at < table->size; at += TABLE_STEP) {
        const gsize step = (gsize)MIN(table->size - at, TABLE_STEP);
        if (!byte_source_read(wim, table->offset + at, buffer, step, error))
            return FALSE;
        for (gsize i = 0; i < step; i += WIM_BLOB_ENTRY_SIZE) {
            WimBlob blob;
            wim_blob_parse(buffer + i, &blob);
            if (!function(&blob, data, error))
                return FALSE;
        }
    }
    return TRUE;
}

typedef struct {
    ByteSource *wim;
    guint metadata;
} TableCheck;

static gboolean check_entry(const WimBlob *blob, gpointer data, GError **error)
{
    TableCheck *check = data;
    const WimResource *resource = &blob->resource;

    if (blob->part_number != 1 || (resource->flags & WIM_RESOURCE_SOLID) != 0)
        return damaged(check->wim, error, "its blob table names blobs of another part, or solid ones");
    if (!byte_source_contains(check->wim, resource->offset, resource->size) ||
        (resource->size != 0 && resource->offset < WIM_HEADER_SIZE))
        return damaged(check->wim, error, "a blob lies outside of the WIM");
    if ((resource->flags & WIM_RESOURCE_COMPRESSED) == 0 && resource->size != resource->uncompressed_size)
        return damaged(check->wim, error, "a blob that is not compressed has two sizes");
    check->metadata += (resource->flags & WIM_RESOURCE_METADATA) != 0;
    return TRUE;
}

gboolean wim_blobs_check(ByteSource *wim, const WimHeader *header, GError **error)
{
    TableCheck check = { .wim = wim };

    if (!wim_blobs_each(wim, header, check_entry, &check, error))
        return FALSE;
    if (check.metadata == header->image_count)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED,
                "%s: its header counts %u images, its blob table holds the metadata of %u", wim->name,
                header->image_count, check.metadata);
    return FALSE;
}

typedef struct {
    ByteSource *wim;
    WimUnpacker *unpacker;
    Progress *progress;
    guint64 *done;
    WimVerification *result;
    Digest *digest; // of the blob that is being read
} Verifier;

static gboolean advance(Verifier *verifier, guint64 bytes, GError **error)
{
    *verifier->done += bytes;
    progress_set(verifier->progress, *verifier->done);
    return cancel_check(error);
}

static gboolean hash_range(Verifier *verifier, guint64 offset, guint64 length, Digest *digest, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(COPY_STEP);

    while (length > 0) {
        const gsize step = (gsize)MIN(length, COPY_STEP);
        if (!byte_source_read(verifier->wim, offset, buffer, step, error) || !advance(verifier, step, error))
            return FALSE;
        digest_update(digest, buffer, step);
        offset += step;
        length -= step;
    }
    return TRUE;
}

static gboolean take_piece(const guint8 *bytes, gsize length, guint64 packed, gpointer data, GError **error)
{
    Verifier *verifier = data;
    digest_update(verifier->digest, bytes, length);
    return advance(verifier, packed, error);
}

static char *hex(const guint8 *bytes)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < WIM_HASH_SIZE; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

static gboolean verify_blob(const WimBlob *blob, gpointer data, GError **error)
{
    Verifier *verifier = data;
    const WimResource *resource = &blob->resource;
    g_autofree char *wanted = hex(blob->hash);
    g_autofree char *what = g_strdup_printf("the file content with SHA-1 %s", wanted);
    g_autoptr(Digest) digest = digest_new(DIGEST_SHA1, error);
    verifier->digest = digest;
    if (digest == NULL || !wim_unpacker_read(verifier->unpacker, resource, what, take_piece, verifier, error))
        return FALSE;
    g_autofree char *found = digest_hex(digest);
    if (!g_str_equal(found, wanted)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED,
                    "%s: the file content with SHA-1 %s is damaged: it hashes to %s", verifier->wim->name,
                    wanted, found);
        return FALSE;
    }
    verifier->result->blobs++;
    verifier->result->bytes += resource->uncompressed_size;
    return TRUE;
}

// SHA-1 of each piece of what lies between the header and the end of the blob table.
static gboolean verify_integrity_table(Verifier *verifier, const WimHeader *header, GError **error)
{
    const WimResource *table = &header->integrity;
    guint8 head[12];
    if (table->size < sizeof head || !byte_source_contains(verifier->wim, table->offset, table->size))
        return damaged(verifier->wim, error, "its integrity table lies outside of the WIM");
    if (!byte_source_read(verifier->wim, table->offset, head, sizeof head, error))
        return FALSE;
    const guint64 end = header->blob_table.offset + header->blob_table.size;
    const guint64 length = end > WIM_HEADER_SIZE ? end - WIM_HEADER_SIZE : 0;
    const guint32 count = read_le32(head + 4), piece = read_le32(head + 8);
    if (piece == 0 || piece > MAX_INTEGRITY_CHUNK || count != length / piece + (length % piece != 0) ||
        table->size < sizeof head + (guint64)count * WIM_HASH_SIZE)
        return damaged(verifier->wim, error, "its integrity table is damaged");
    for (guint32 i = 0; i < count; i++) {
        guint8 hash[WIM_HASH_SIZE];
        const guint64 start = (guint64)i * piece;
        g_autoptr(Digest) digest = digest_new(DIGEST_SHA1, error);
        if (digest == NULL ||
            !byte_source_read(verifier->wim, table->offset + sizeof head + (guint64)i * WIM_HASH_SIZE, hash,
                              sizeof hash, error) ||
            !hash_range(verifier, WIM_HEADER_SIZE + start, MIN(length - start, piece), digest, error))
            return FALSE;
        g_autofree char *wanted = hex(hash), *found = digest_hex(digest);
        if (!g_str_equal(wanted, found))
            return damaged(verifier->wim, error, "a part of it is not what its integrity table says");
    }
    verifier->result->has_table = TRUE;
    return TRUE;
}

gboolean wim_blobs_verify(ByteSource *wim, const WimHeader *header, Progress *progress, guint64 *done,
                          WimVerification *ret, GError **error)
{
    Verifier verifier = { .wim = wim, .progress = progress, .done = done, .result = ret };

    memset(ret, 0, sizeof *ret);
    g_autoptr(WimUnpacker) unpacker =
        wim_blobs_check(wim, header, error) ? wim_unpacker_new(wim, header, error) : NULL;
    verifier.unpacker = unpacker;
    return unpacker != NULL && wim_blobs_each(wim, header, verify_blob, &verifier, error) &&
           (header->integrity.size == 0 || verify_integrity_table(&verifier, header, error));
}

guint64 wim_blobs_verify_size(const ByteSource *wim, const WimHeader *header)
{
    return header->integrity.size == 0 ? wim->size : wim->size * 2;
}
