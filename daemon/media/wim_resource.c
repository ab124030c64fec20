// SPDX-License-Identifier: GPL-3.0-or-later
// Chunk tables and chunks. Layout: Microsoft's "Windows Imaging File Format (WIM)" paper, and wimlib's
// resource.c; wimlib's decompressors unpack the chunks.
#include "wim_resource.h"

#include <string.h>
#include <wimlib.h>

#include "little_endian.h"
#include "media_error.h"
#include "wim_error.h"

#define STORED_STEP          (1024u * 1024)
#define DEFAULT_CHUNK        32768u
#define MAX_CHUNK            (2u * 1024 * 1024)
#define FLAG_COMPRESS_XPRESS 0x00020000u
#define FLAG_COMPRESS_LZX    0x00040000u

struct WimUnpacker {
    ByteSource *wim;
    struct wimlib_decompressor *decompressor; // NULL: nothing is compressed
    guint32 chunk_size;
    guint8 *packed, *plain; // a chunk each
};

static gboolean damaged(const WimUnpacker *unpacker, GError **error, const char *what, const char *reason)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: %s %s", unpacker->wim->name, what, reason);
    return FALSE;
}

WimUnpacker *wim_unpacker_new(ByteSource *wim, const WimHeader *header, GError **error)
{
    g_autoptr(WimUnpacker) unpacker = g_new0(WimUnpacker, 1);
    enum wimlib_compression_type type = WIMLIB_COMPRESSION_TYPE_NONE;

    if ((header->flags & FLAG_COMPRESS_XPRESS) != 0)
        type = WIMLIB_COMPRESSION_TYPE_XPRESS;
    else if ((header->flags & FLAG_COMPRESS_LZX) != 0)
        type = WIMLIB_COMPRESSION_TYPE_LZX;
    unpacker->wim = wim;
    unpacker->chunk_size = header->chunk_size == 0 ? DEFAULT_CHUNK : header->chunk_size;
    if (unpacker->chunk_size > MAX_CHUNK) {
        damaged(unpacker, error, "its chunk size", "is too large");
        return NULL;
    }
    if (!wim_library_init(error) ||
        (type != WIMLIB_COMPRESSION_TYPE_NONE &&
         !wim_check(wimlib_create_decompressor(type, unpacker->chunk_size, &unpacker->decompressor),
                    wim->name, error)))
        return NULL;
    unpacker->packed = g_malloc(MAX(unpacker->chunk_size, STORED_STEP));
    unpacker->plain = g_malloc(unpacker->chunk_size);
    return g_steal_pointer(&unpacker);
}

void wim_unpacker_free(WimUnpacker *unpacker)
{
    if (unpacker == NULL)
        return;
    wimlib_free_decompressor(unpacker->decompressor);
    g_free(unpacker->packed);
    g_free(unpacker->plain);
    g_free(unpacker);
}

static gboolean read_stored(WimUnpacker *unpacker, const WimResource *resource, WimPieceFunction function,
                            gpointer data, GError **error)
{
    for (guint64 done = 0; done < resource->size; done += STORED_STEP) {
        const gsize step = (gsize)MIN(resource->size - done, STORED_STEP);
        if (!byte_source_read(unpacker->wim, resource->offset + done, unpacker->packed, step, error) ||
            !function(unpacker->packed, step, step, data, error))
            return FALSE;
    }
    return TRUE;
}

// A chunk that did not get smaller by compressing is stored as it is.
static const guint8 *unpack(WimUnpacker *unpacker, gsize packed, gsize plain)
{
    if (packed == plain)
        return unpacker->packed;
    if (unpacker->decompressor == NULL ||
        wimlib_decompress(unpacker->packed, packed, unpacker->plain, plain, unpacker->decompressor) != 0)
        return NULL;
    return unpacker->plain;
}

// A table of the chunks' offsets but the first, of 4 bytes each, of 8 beyond 4 GiB; then the chunks.
static gboolean read_compressed(WimUnpacker *unpacker, const WimResource *resource, const char *what,
                                WimPieceFunction function, gpointer data, GError **error)
{
    const guint64 total = resource->uncompressed_size, size = unpacker->chunk_size;
    const guint64 chunks = total / size + (total % size != 0);
    const gsize entry = total > G_MAXUINT32 ? 8 : 4;
    const guint64 table = chunks == 0 ? 0 : (chunks - 1) * entry;
    if (table > resource->size)
        return damaged(unpacker, error, what, "has a chunk table larger than itself");
    const guint64 length = resource->size - table;
    guint64 start = 0;

    for (guint64 i = 0; i < chunks; i++) {
        guint8 bytes[8];
        guint64 end = length;
        const gsize plain = (gsize)MIN(total - i * size, size);
        if (i + 1 < chunks) {
            if (!byte_source_read(unpacker->wim, resource->offset + i * entry, bytes, entry, error))
                return FALSE;
            end = entry == 8 ? read_le64(bytes) : read_le32(bytes);
        }
        if (end <= start || end > length || end - start > plain)
            return damaged(unpacker, error, what, "has a chunk table that is not in order");
        const gsize packed = (gsize)(end - start);
        if (!byte_source_read(unpacker->wim, resource->offset + table + start, unpacker->packed, packed,
                              error))
            return FALSE;
        const guint8 *piece = unpack(unpacker, packed, plain);
        if (piece == NULL)
            return damaged(unpacker, error, what, "cannot be unpacked");
        if (!function(piece, plain, packed + (i + 1 < chunks ? entry : 0), data, error))
            return FALSE;
        start = end;
    }
    return TRUE;
}

gboolean wim_unpacker_read(WimUnpacker *unpacker, const WimResource *resource, const char *what,
                           WimPieceFunction function, gpointer data, GError **error)
{
    // One that did not get smaller may carry the flag all the same.
    if ((resource->flags & WIM_RESOURCE_COMPRESSED) == 0 || resource->size == resource->uncompressed_size)
        return read_stored(unpacker, resource, function, data, error);
    return read_compressed(unpacker, resource, what, function, data, error);
}

static gboolean append(const guint8 *bytes, gsize length, guint64 packed, gpointer data, GError **error)
{
    (void)packed;
    (void)error;
    g_byte_array_append(data, bytes, (guint)length);
    return TRUE;
}

GBytes *wim_unpacker_load(WimUnpacker *unpacker, const WimResource *resource, const char *what, gsize limit,
                          GError **error)
{
    if (resource->uncompressed_size > limit) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                    "%s: %s is larger than %" G_GSIZE_FORMAT " bytes", unpacker->wim->name, what, limit);
        return NULL;
    }
    GByteArray *content = g_byte_array_sized_new((guint)resource->uncompressed_size);
    if (wim_unpacker_read(unpacker, resource, what, append, content, error))
        return g_byte_array_free_to_bytes(content);
    g_byte_array_unref(content);
    return NULL;
}
