// SPDX-License-Identifier: GPL-3.0-or-later
// Directories of ISO 9660 (ECMA-119) and Joliet. Read here rather than through libisofs because a WIM needs
// its bytes at any offset, straight from the image, and because hostile records are easier to bound in plain
// sight. Rock Ridge is not read: no Windows disc has it.
#include <inttypes.h>
#include <string.h>

#include "disc_backend.h"
#include "little_endian.h"
#include "media_error.h"
#include "volume_descriptors.h"

#define MAX_DIRECTORY_BYTES (8u * 1024 * 1024)
#define RECORD_MIN          34
#define FLAG_DIRECTORY      0x02
#define FLAG_MULTI_EXTENT   0x80

typedef struct {
    DiscBackend base;
    ByteSource *image;
    gboolean joliet;
    DiscExtent root;
} IsoReader;

static DiscExtent record_extent(const guint8 *record)
{
    // The data follow the extended attribute record, whose length in blocks is at offset 1.
    DiscExtent extent = { .block = read_le32(record + 2) + record[1], .length = read_le32(record + 10) };
    return extent;
}

static char *record_name(const guint8 *record, gboolean joliet)
{
    const char *raw = (const char *)record + 33;
    gsize length = record[32];
    g_autofree char *name = NULL;

    if (length == 1 && (raw[0] == 0 || raw[0] == 1))
        return NULL; // the directory itself, and its parent
    if (joliet)
        name = g_convert(raw, (gssize)(length & ~(gsize)1), "UTF-8", "UTF-16BE", NULL, NULL, NULL);
    else
        name = g_convert(raw, (gssize)length, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
    if (name == NULL)
        return NULL;

    // "README.TXT;1" and "BOOTMGR.;1" are README.TXT and BOOTMGR: ECMA-119 7.5.1 forces both.
    char *version = strrchr(name, ';');
    if (version != NULL)
        *version = '\0';
    gsize end = strlen(name);
    if (end > 1 && name[end - 1] == '.')
        name[end - 1] = '\0';
    if (name[0] == '\0' || strchr(name, '/') != NULL)
        return NULL;
    return g_steal_pointer(&name);
}

// Adds one directory record to the list; a file of several extents has a record for each, all but the last
// flagged.
static gboolean add_record(IsoReader *reader, const guint8 *record, GPtrArray *entries, gboolean *continues,
                           GError **error)
{
    g_autofree char *name = record_name(record, reader->joliet);
    DiscExtent extent = record_extent(record);

    if (name == NULL)
        return TRUE;
    if (record[26] != 0 || record[27] != 0) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_AN_ISO, "file %s is interleaved, which is not read",
                    name);
        return FALSE;
    }
    if (*continues && entries->len > 0) {
        DiscEntry *last = g_ptr_array_index(entries, entries->len - 1);
        if (!last->is_directory && g_str_equal(last->name, name)) {
            g_array_append_val(last->extents, extent);
            *continues = (record[25] & FLAG_MULTI_EXTENT) != 0;
            return TRUE;
        }
    }
    DiscEntry *entry = g_new0(DiscEntry, 1);
    entry->name = g_steal_pointer(&name);
    entry->is_directory = (record[25] & FLAG_DIRECTORY) != 0;
    entry->extents = g_array_new(FALSE, FALSE, sizeof(DiscExtent));
    g_array_append_val(entry->extents, extent);
    g_ptr_array_add(entries, entry);
    *continues = (record[25] & FLAG_MULTI_EXTENT) != 0;
    return TRUE;
}

static gboolean parse_directory(IsoReader *reader, const guint8 *data, gsize size, GPtrArray *entries,
                                GError **error)
{
    gboolean continues = FALSE;

    for (gsize at = 0; at < size;) {
        gsize left_in_block = DISC_BLOCK_SIZE - at % DISC_BLOCK_SIZE;
        guint8 length = data[at];
        if (length == 0) { // records do not cross blocks; the rest of this one is padding
            at += left_in_block;
            continue;
        }
        if (length < RECORD_MIN || length > left_in_block || length > size - at ||
            33u + data[at + 32] > length) {
            g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_NOT_AN_ISO,
                                "has a damaged ISO 9660 directory record");
            return FALSE;
        }
        if (!add_record(reader, data + at, entries, &continues, error))
            return FALSE;
        if (entries->len > DISC_MAX_DIRECTORY_ENTRIES) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                        "has more than %u entries in one directory", DISC_MAX_DIRECTORY_ENTRIES);
            return FALSE;
        }
        at += length;
    }
    return TRUE;
}

static GPtrArray *iso_list(DiscBackend *backend, const DiscEntry *entry, const char *path, GError **error)
{
    IsoReader *reader = (IsoReader *)backend;
    DiscExtent extent = entry == NULL ? reader->root : g_array_index(entry->extents, DiscExtent, 0);
    g_autofree guint8 *data = NULL;
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)disc_entry_free);

    (void)path;
    if (extent.length > MAX_DIRECTORY_BYTES) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE, "has a directory of %" PRIu64 " bytes",
                    extent.length);
        return NULL;
    }
    data = g_malloc(MAX(extent.length, 1));
    if (!byte_source_read(reader->image, (guint64)extent.block * DISC_BLOCK_SIZE, data, (gsize)extent.length,
                          error) ||
        !parse_directory(reader, data, (gsize)extent.length, entries, error))
        return NULL;
    return g_steal_pointer(&entries);
}

static GArray *iso_locate(DiscBackend *backend, const DiscEntry *entry, const char *path, GBytes **ret_inline,
                          GError **error)
{
    (void)backend;
    (void)path;
    (void)ret_inline;
    (void)error;
    return g_array_ref(entry->extents);
}

static void iso_free(DiscBackend *backend)
{
    g_free(backend);
}

DiscBackend *iso_reader_open(ByteSource *image, gboolean joliet, GError **error)
{
    VolumeDescriptors volume;
    guint8 record[RECORD_MIN];

    if (!volume_descriptors_read(image, &volume, error))
        return NULL;
    if (joliet ? !volume.has_joliet : !volume.has_iso9660)
        return NULL;
    if (!byte_source_read(image, joliet ? volume.joliet_root : volume.iso_root, record, sizeof record, error))
        return NULL;

    IsoReader *reader = g_new0(IsoReader, 1);
    reader->base.list = iso_list;
    reader->base.locate = iso_locate;
    reader->base.free = iso_free;
    reader->image = image;
    reader->joliet = joliet;
    reader->root = record_extent(record);
    return &reader->base;
}
