// SPDX-License-Identifier: GPL-3.0-or-later
// Down the directory entries of an image's metadata, a list for each folder. Layout: Microsoft's "Windows
// Imaging File Format (WIM)" paper, and wimlib's dentry.c.
#include "wim_file.h"

#include <string.h>

#include "digest.h"
#include "little_endian.h"
#include "media_error.h"
#include "wim_blobs.h"
#include "wim_resource.h"

// Those of a Windows 7 image take about 15 MB.
#define MAX_METADATA_SIZE (40u * 1024 * 1024)
#define MAX_ENTRIES       1000000u // of one folder
#define ENTRY_SIZE        102u
#define AT_ATTRIBUTES     8
#define AT_SUBDIRECTORY   16
#define AT_HASH           64
#define AT_STREAMS        96
#define AT_NAME_BYTES     100
#define STREAM_SIZE       38u
#define AT_STREAM_HASH    16
#define AT_STREAM_NAME    36
#define IS_DIRECTORY      0x10u // FILE_ATTRIBUTE_DIRECTORY

typedef struct {
    const guint8 *bytes; // of the metadata
    gsize size;
} Metadata;

// Borrowed bytes at @offset, or NULL if they are not all there.
static const guint8 *at(const Metadata *metadata, guint64 offset, gsize length)
{
    return offset <= metadata->size && length <= metadata->size - offset ? metadata->bytes + offset : NULL;
}

static guint64 align(guint64 offset)
{
    return (offset + 7) & ~(guint64)7;
}

static gboolean has_name(const guint8 *name, gsize name_bytes, const char *wanted, gsize length)
{
    if (name_bytes != length * 2)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        const guint16 unit = read_le16(name + i * 2);
        if (unit > 0x7f || g_ascii_tolower((char)unit) != g_ascii_tolower(wanted[i]))
            return FALSE;
    }
    return TRUE;
}

// The entry behind that at @offset, which has @length bytes and @streams further streams; 0 if damaged.
static guint64 next_entry(const Metadata *metadata, guint64 offset, guint64 length, guint streams)
{
    if (length > metadata->size)
        return 0;
    offset += align(length);
    for (guint i = 0; i < streams; i++) {
        const guint8 *stream = at(metadata, offset, STREAM_SIZE);
        const guint64 stream_length = stream == NULL ? 0 : read_le64(stream);
        if (stream_length < STREAM_SIZE || stream_length > metadata->size)
            return 0;
        offset += align(stream_length);
    }
    return offset;
}

// Offset of the entry of that name in the folder whose list begins at @offset; 0 if there is none.
static guint64 find_entry(const Metadata *metadata, guint64 offset, const char *name, gsize length)
{
    for (guint i = 0; i < MAX_ENTRIES && offset != 0; i++) {
        const guint8 *head = at(metadata, offset, 8);
        const guint64 entry_length = head == NULL ? 0 : read_le64(head);
        const guint8 *entry = entry_length < ENTRY_SIZE ? NULL : at(metadata, offset, ENTRY_SIZE);
        if (entry == NULL) // the list's end
            return 0;
        const gsize name_bytes = read_le16(entry + AT_NAME_BYTES);
        const guint8 *entry_name = at(metadata, offset + ENTRY_SIZE, name_bytes);
        if (entry_name != NULL && has_name(entry_name, name_bytes, name, length))
            return offset;
        offset = next_entry(metadata, offset, entry_length, read_le16(entry + AT_STREAMS));
    }
    return 0;
}

// The hash of the file's content: the entry's own or, where it has further streams, that of the one without a
// name.
static const guint8 *content_hash(const Metadata *metadata, guint64 offset)
{
    static const guint8 none[WIM_HASH_SIZE];
    const guint8 *entry = metadata->bytes + offset;
    const guint streams = read_le16(entry + AT_STREAMS);

    if (memcmp(entry + AT_HASH, none, sizeof none) != 0)
        return entry + AT_HASH;
    for (guint i = 0; i < streams; i++) {
        const guint64 place = next_entry(metadata, offset, read_le64(entry), i);
        const guint8 *stream = place == 0 ? NULL : at(metadata, place, STREAM_SIZE);
        if (stream != NULL && read_le16(stream + AT_STREAM_NAME) == 0)
            return stream + AT_STREAM_HASH;
    }
    return NULL;
}

// FALSE if there is no such file.
static gboolean find_hash(const Metadata *metadata, const char *path, guint8 hash[WIM_HASH_SIZE])
{
    // The security data come first; the root's entry follows them.
    const guint8 *security = at(metadata, 0, 8);
    guint64 offset = security == NULL ? 0 : align(MAX(read_le32(security), 8));
    const guint8 *entry = at(metadata, offset, ENTRY_SIZE);

    for (const char *rest = path; entry != NULL && *rest == '/';) {
        const gsize length = strcspn(++rest, "/");
        if ((read_le32(entry + AT_ATTRIBUTES) & IS_DIRECTORY) == 0)
            return FALSE;
        offset = find_entry(metadata, read_le64(entry + AT_SUBDIRECTORY), rest, length);
        entry = offset == 0 ? NULL : at(metadata, offset, ENTRY_SIZE);
        rest += length;
    }
    const guint8 *found = entry == NULL || (read_le32(entry + AT_ATTRIBUTES) & IS_DIRECTORY) != 0
                              ? NULL
                              : content_hash(metadata, offset);
    if (found != NULL)
        memcpy(hash, found, WIM_HASH_SIZE);
    return found != NULL;
}

typedef struct {
    guint metadata_left; // > 0: looks for the image's metadata, else
    const guint8 *hash;  // for the blob with this hash
    WimResource found;
    gboolean is_found;
} BlobSearch;

static gboolean search_blob(const WimBlob *blob, gpointer data, GError **error)
{
    BlobSearch *search = data;
    const gboolean is_metadata = (blob->resource.flags & WIM_RESOURCE_METADATA) != 0;
    (void)error;
    if (search->is_found)
        return TRUE;
    if (search->hash == NULL)
        search->is_found = is_metadata && --search->metadata_left == 0;
    else
        search->is_found = !is_metadata && memcmp(blob->hash, search->hash, WIM_HASH_SIZE) == 0;
    if (search->is_found)
        search->found = blob->resource;
    return TRUE;
}

// Metadata lie in the blob table in the order of their images.
static GBytes *load_blob(ByteSource *wim, const WimHeader *header, WimUnpacker *unpacker, BlobSearch *search,
                         const char *what, gsize limit, GError **error)
{
    if (!wim_blobs_each(wim, header, search_blob, search, error))
        return NULL;
    if (search->is_found && byte_source_contains(wim, search->found.offset, search->found.size))
        return wim_unpacker_load(unpacker, &search->found, what, limit, error);
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: %s is not in the WIM", wim->name, what);
    return NULL;
}

static gboolean has_hash(GBytes *content, const guint8 *hash, GError **error)
{
    g_autoptr(Digest) digest = digest_new(DIGEST_SHA1, error);
    g_autoptr(GString) wanted = g_string_new(NULL);
    if (digest == NULL)
        return FALSE;
    for (gsize i = 0; i < WIM_HASH_SIZE; i++)
        g_string_append_printf(wanted, "%02x", hash[i]);
    digest_update(digest, g_bytes_get_data(content, NULL), g_bytes_get_size(content));
    g_autofree char *found = digest_hex(digest);
    if (g_str_equal(found, wanted->str))
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "the file content with SHA-1 %s is damaged",
                wanted->str);
    return FALSE;
}

GBytes *wim_file_load(ByteSource *wim, const WimHeader *header, guint index, const char *path, gsize limit,
                      GError **error)
{
    guint8 hash[WIM_HASH_SIZE];
    BlobSearch image = { .metadata_left = index }, file = { .hash = hash };
    g_autoptr(WimUnpacker) unpacker = wim_unpacker_new(wim, header, error);
    g_autoptr(GBytes) tree = unpacker == NULL ? NULL
                                              : load_blob(wim, header, unpacker, &image,
                                                          "an image's metadata", MAX_METADATA_SIZE, error);
    if (tree == NULL)
        return NULL;
    const Metadata metadata = { g_bytes_get_data(tree, NULL), g_bytes_get_size(tree) };
    if (!find_hash(&metadata, path, hash))
        return NULL;
    g_autoptr(GBytes) content = load_blob(wim, header, unpacker, &file, path, limit, error);
    return content != NULL && has_hash(content, hash, error) ? g_steal_pointer(&content) : NULL;
}
