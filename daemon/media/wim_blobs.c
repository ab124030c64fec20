// SPDX-License-Identifier: GPL-3.0-or-later
// One loop over the blob table for both checks. Layout of compressed resources and of the integrity table:
// Microsoft's "Windows Imaging File Format (WIM)" paper, and wimlib's resource.c and integrity.c. wimlib
// unpacks the chunks; it cannot verify a WIM that is not a file of its own.
#include "wim_blobs.h"

#include <string.h>
#include <wimlib.h>

#include "cancel.h"
#include "digest.h"
#include "little_endian.h"
#include "media_error.h"
#include "wim_error.h"

#define TABLE_STEP           (WIM_BLOB_ENTRY_SIZE * 1024)
#define COPY_STEP            (1024u * 1024)
#define DEFAULT_CHUNK        32768u
#define MAX_CHUNK            (2u * 1024 * 1024)
#define FLAG_COMPRESS_XPRESS 0x00020000u
#define FLAG_COMPRESS_LZX    0x00040000u
#define MAX_INTEGRITY_CHUNK  (256u * 1024 * 1024)

typedef gboolean (*BlobFunction)(const WimBlob *blob, gpointer data, GError **error);

static gboolean damaged(const ByteSource *wim, GError **error, const char *reason)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: %s", wim->name, reason);
    return FALSE;
}

static gboolean each_blob(ByteSource *wim, const WimHeader *header, BlobFunction function, gpointer data,
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

    if (!each_blob(wim, header, check_entry, &check, error))
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
    struct wimlib_decompressor *decompressor; // NULL: nothing is compressed
    guint32 chunk_size;
    guint8 *packed, *plain; // a chunk each
    Progress *progress;
    guint64 *done;
    WimVerification *result;
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

// A chunk that did not get smaller by compressing is stored as it is.
static gboolean unpack_chunk(Verifier *verifier, gsize packed, gsize plain, Digest *digest, const char *hash,
                             GError **error)
{
    const guint8 *bytes = verifier->packed;
    if (packed != plain) {
        if (verifier->decompressor == NULL || wimlib_decompress(verifier->packed, packed, verifier->plain,
                                                                plain, verifier->decompressor) != 0) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED,
                        "%s: the file content with SHA-1 %s cannot be unpacked", verifier->wim->name, hash);
            return FALSE;
        }
        bytes = verifier->plain;
    }
    digest_update(digest, bytes, plain);
    return TRUE;
}

// A table of the chunks' offsets but the first, of 4 bytes each, of 8 beyond 4 GiB; then the chunks.
static gboolean hash_compressed(Verifier *verifier, const WimBlob *blob, Digest *digest, const char *hash,
                                GError **error)
{
    const WimResource *resource = &blob->resource;
    const guint64 total = resource->uncompressed_size;
    const guint64 chunks = total / verifier->chunk_size + (total % verifier->chunk_size != 0);
    const gsize entry = total > G_MAXUINT32 ? 8 : 4;
    const guint64 table_size = chunks == 0 ? 0 : (chunks - 1) * entry;
    if (table_size > resource->size)
        return damaged(verifier->wim, error, "a blob's chunk table is larger than the blob");
    const guint64 data = resource->offset + table_size, length = resource->size - table_size;
    guint64 start = 0;

    for (guint64 i = 0; i < chunks; i++) {
        guint8 bytes[8];
        guint64 end = length;
        if (i + 1 < chunks) {
            if (!byte_source_read(verifier->wim, resource->offset + i * entry, bytes, entry, error))
                return FALSE;
            end = entry == 8 ? read_le64(bytes) : read_le32(bytes);
        }
        const gsize plain = (gsize)MIN(total - i * verifier->chunk_size, verifier->chunk_size);
        if (end <= start || end > length || end - start > plain)
            return damaged(verifier->wim, error, "a blob's chunk table is not in order");
        if (!byte_source_read(verifier->wim, data + start, verifier->packed, (gsize)(end - start), error) ||
            !unpack_chunk(verifier, (gsize)(end - start), plain, digest, hash, error) ||
            !advance(verifier, end - start, error))
            return FALSE;
        start = end;
    }
    return advance(verifier, table_size, error);
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
    g_autoptr(Digest) digest = digest_new(DIGEST_SHA1, error);
    if (digest == NULL)
        return FALSE;
    // One that did not get smaller may carry the flag all the same.
    const gboolean read =
        (resource->flags & WIM_RESOURCE_COMPRESSED) != 0 && resource->size != resource->uncompressed_size
            ? hash_compressed(verifier, blob, digest, wanted, error)
            : hash_range(verifier, resource->offset, resource->size, digest, error);
    if (!read)
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

static gboolean open_decompressor(Verifier *verifier, const WimHeader *header, GError **error)
{
    enum wimlib_compression_type type = WIMLIB_COMPRESSION_TYPE_NONE;
    if ((header->flags & FLAG_COMPRESS_XPRESS) != 0)
        type = WIMLIB_COMPRESSION_TYPE_XPRESS;
    else if ((header->flags & FLAG_COMPRESS_LZX) != 0)
        type = WIMLIB_COMPRESSION_TYPE_LZX;
    verifier->chunk_size = header->chunk_size == 0 ? DEFAULT_CHUNK : header->chunk_size;
    if (verifier->chunk_size > MAX_CHUNK)
        return damaged(verifier->wim, error, "its chunk size is too large");
    if (!wim_library_init(error))
        return FALSE;
    return type == WIMLIB_COMPRESSION_TYPE_NONE ||
           wim_check(wimlib_create_decompressor(type, verifier->chunk_size, &verifier->decompressor),
                     verifier->wim->name, error);
}

gboolean wim_blobs_verify(ByteSource *wim, const WimHeader *header, Progress *progress, guint64 *done,
                          WimVerification *ret, GError **error)
{
    Verifier verifier = { .wim = wim, .progress = progress, .done = done, .result = ret };

    memset(ret, 0, sizeof *ret);
    if (!wim_blobs_check(wim, header, error) || !open_decompressor(&verifier, header, error))
        return FALSE;
    verifier.packed = g_malloc(verifier.chunk_size);
    verifier.plain = g_malloc(verifier.chunk_size);
    const gboolean ok = each_blob(wim, header, verify_blob, &verifier, error) &&
                        (header->integrity.size == 0 || verify_integrity_table(&verifier, header, error));
    g_free(verifier.packed);
    g_free(verifier.plain);
    wimlib_free_decompressor(verifier.decompressor);
    return ok;
}

guint64 wim_blobs_verify_size(const ByteSource *wim, const WimHeader *header)
{
    return header->integrity.size == 0 ? wim->size : wim->size * 2;
}
