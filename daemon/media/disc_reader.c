// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses the file system of a disc image and finds files in it without regard to case.
#include "disc_reader.h"

#include <inttypes.h>
#include <string.h>

#include "disc_backend.h"
#include "file_kind.h"
#include "media_error.h"
#include "volume_descriptors.h"

#define MAX_DEPTH 8u

struct DiscReader {
    char *display_name;
    ByteSource *image;
    VolumeDescriptors volume;
    DiscFilesystem filesystem;
    DiscBackend *backend;
    GHashTable *directories; // exact path → GPtrArray of DiscEntry: a directory is read once
};

void disc_entry_free(DiscEntry *entry)
{
    g_free(entry->name);
    if (entry->extents != NULL)
        g_array_unref(entry->extents);
    g_free(entry);
}

const char *disc_filesystem_name(DiscFilesystem filesystem)
{
    static const char *const names[] = {
        [DISC_FILESYSTEM_UDF] = "udf",
        [DISC_FILESYSTEM_JOLIET] = "joliet",
        [DISC_FILESYSTEM_ISO9660] = "iso9660",
    };
    return names[filesystem];
}

ByteSource *disc_reader_image(DiscReader *reader)
{
    return reader->image;
}

DiscFilesystem disc_reader_filesystem(const DiscReader *reader)
{
    return reader->filesystem;
}

const char *disc_reader_volume_id(const DiscReader *reader)
{
    return reader->volume.volume_id;
}

static gboolean open_backend(DiscReader *reader, GError **error)
{
    if (reader->volume.has_udf) {
        reader->filesystem = DISC_FILESYSTEM_UDF;
        reader->backend = udf_reader_open(reader->image, error);
    } else {
        reader->filesystem = reader->volume.has_joliet ? DISC_FILESYSTEM_JOLIET : DISC_FILESYSTEM_ISO9660;
        reader->backend = iso_reader_open(reader->image, reader->volume.has_joliet, error);
    }
    if (reader->backend != NULL && !reader->volume.has_iso9660 && reader->backend->volume_id != NULL)
        g_strlcpy(reader->volume.volume_id, reader->backend->volume_id(reader->backend),
                  sizeof reader->volume.volume_id);
    return reader->backend != NULL;
}

DiscReader *disc_reader_open(const char *path, GError **error)
{
    g_autoptr(DiscReader) reader = g_new0(DiscReader, 1);
    g_autoptr(GError) local = NULL;
    g_autofree char *base_name = g_path_get_basename(path);

    reader->display_name = g_strdup_printf("disc \"%s\"", base_name);
    reader->directories =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    reader->image = byte_source_open(path, error);
    if (reader->image == NULL)
        return NULL;
    if (!volume_descriptors_read(reader->image, &reader->volume, &local)) {
        const char *kind = NULL;
        MediaError code = MEDIA_ERROR_NOT_AN_ISO;
        if (g_error_matches(local, MEDIA_ERROR, MEDIA_ERROR_NOT_AN_ISO))
            kind = file_kind(reader->image, &code);
        if (kind != NULL)
            g_set_error(error, MEDIA_ERROR, (int)code, "%s: is not a disc image but %s", reader->display_name,
                        kind);
        else
            g_propagate_prefixed_error(error, g_steal_pointer(&local), "%s: ", reader->display_name);
        return NULL;
    }
    if (!open_backend(reader, error)) {
        g_prefix_error(error, "%s: ", reader->display_name);
        return NULL;
    }
    return g_steal_pointer(&reader);
}

void disc_reader_free(DiscReader *reader)
{
    if (reader == NULL)
        return;
    if (reader->backend != NULL)
        reader->backend->free(reader->backend);
    g_clear_pointer(&reader->directories, g_hash_table_unref);
    byte_source_free(reader->image);
    g_free(reader->display_name);
    g_free(reader);
}

// Entries of a directory; borrowed from the cache.
static GPtrArray *list_directory(DiscReader *reader, const DiscEntry *entry, const char *path, GError **error)
{
    GPtrArray *entries = g_hash_table_lookup(reader->directories, path);

    if (entries != NULL)
        return entries;
    entries = reader->backend->list(reader->backend, entry, path, error);
    if (entries == NULL) {
        g_prefix_error(error, "%s: ", reader->display_name);
        return NULL;
    }
    g_hash_table_insert(reader->directories, g_strdup(path), entries);
    return entries;
}

static gboolean same_name(const char *a, const char *b)
{
    if (g_ascii_strcasecmp(a, b) == 0)
        return TRUE;
    g_autofree char *folded_a = g_utf8_casefold(a, -1);
    g_autofree char *folded_b = g_utf8_casefold(b, -1);
    return g_str_equal(folded_a, folded_b);
}

// Finds `path`; gives the entry (borrowed; NULL for the root) and its exact path.
static gboolean find(DiscReader *reader, const char *path, const DiscEntry **ret_entry, char **ret_exact,
                     GError **error)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", MAX_DEPTH + 1);
    g_autoptr(GString) exact = g_string_new(NULL);
    const DiscEntry *entry = NULL;

    for (guint i = 0; parts[i] != NULL; i++) {
        const DiscEntry *next = NULL;
        if (parts[i][0] == '\0')
            continue;
        GPtrArray *entries = NULL;
        if (entry == NULL || entry->is_directory) {
            entries = list_directory(reader, entry, exact->str, error);
            if (entries == NULL)
                return FALSE;
        }
        for (guint j = 0; entries != NULL && next == NULL && j < entries->len; j++) {
            const DiscEntry *candidate = g_ptr_array_index(entries, j);
            if (same_name(candidate->name, parts[i]))
                next = candidate;
        }
        if (next == NULL) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_FOUND, "%s: has no %s", reader->display_name,
                        path);
            return FALSE;
        }
        entry = next;
        g_string_append_printf(exact, "/%s", entry->name);
    }
    *ret_entry = entry;
    *ret_exact = g_string_free(g_steal_pointer(&exact), FALSE);
    return TRUE;
}

static ByteSource *source_from_extents(DiscReader *reader, const GArray *extents, const char *name,
                                       GError **error)
{
    g_autoptr(ByteSource) chain = byte_source_chain(name);

    for (guint i = 0; i < extents->len; i++) {
        const DiscExtent *extent = &g_array_index(extents, DiscExtent, i);
        guint64 offset = (guint64)extent->block * DISC_BLOCK_SIZE;
        if (extent->length == 0)
            continue;
        if (!byte_source_contains(reader->image, offset, extent->length)) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED,
                        "%s: truncated: a part of the file ends at byte %" PRIu64
                        " of the disc, the image after %" PRIu64,
                        name, offset + extent->length, reader->image->size);
            return NULL;
        }
        byte_source_append(chain, byte_source_slice(reader->image, offset, extent->length, name));
    }
    return g_steal_pointer(&chain);
}

ByteSource *disc_reader_open_file(DiscReader *reader, const char *path, GError **error)
{
    const DiscEntry *entry = NULL;
    g_autofree char *exact = NULL;
    g_autoptr(GBytes) content = NULL;

    if (!find(reader, path, &entry, &exact, error))
        return NULL;
    g_autofree char *name = g_strdup_printf("%s: %s", reader->display_name, exact + (exact[0] == '/'));
    if (entry == NULL || entry->is_directory) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_FOUND, "%s: is a directory", name);
        return NULL;
    }
    g_autoptr(GArray) extents = reader->backend->locate(reader->backend, entry, exact, &content, error);
    if (content != NULL)
        return byte_source_from_bytes(content, name);
    if (extents == NULL) {
        g_prefix_error(error, "%s: ", reader->display_name);
        return NULL;
    }
    return source_from_extents(reader, extents, name, error);
}

gboolean disc_reader_exists(DiscReader *reader, const char *path)
{
    const DiscEntry *entry = NULL;
    g_autofree char *exact = NULL;

    return find(reader, path, &entry, &exact, NULL);
}

gboolean disc_reader_first_block(DiscReader *reader, const char *path, guint32 *ret_block)
{
    const DiscEntry *entry = NULL;
    g_autofree char *exact = NULL;
    g_autoptr(GBytes) content = NULL;

    if (!find(reader, path, &entry, &exact, NULL) || entry == NULL || entry->is_directory)
        return FALSE;
    g_autoptr(GArray) extents = reader->backend->locate(reader->backend, entry, exact, &content, NULL);
    if (extents == NULL || extents->len == 0)
        return FALSE;
    *ret_block = g_array_index(extents, DiscExtent, 0).block;
    return TRUE;
}

// `budget` counts every entry met, directories too: a directory that holds itself must not keep us busy.
static gboolean add_files_below(DiscReader *reader, const DiscEntry *directory, const char *path, guint depth,
                                guint *budget, GPtrArray *files, GError **error)
{
    GPtrArray *entries = list_directory(reader, directory, path, error);

    if (entries == NULL)
        return FALSE;
    for (guint i = 0; i < entries->len; i++) {
        const DiscEntry *entry = g_ptr_array_index(entries, i);
        g_autofree char *below = g_strdup_printf("%s/%s", path, entry->name);
        if (*budget == 0 || depth >= MAX_DEPTH) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                        "%s: %s holds too many files or more than %u levels of directories",
                        reader->display_name, path + 1, MAX_DEPTH);
            return FALSE;
        }
        *budget -= 1;
        if (!entry->is_directory)
            g_ptr_array_add(files, g_strdup(below + 1));
        else if (!add_files_below(reader, entry, below, depth + 1, budget, files, error))
            return FALSE;
    }
    return TRUE;
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *disc_reader_list_files(DiscReader *reader, const char *directory, guint limit, GError **error)
{
    const DiscEntry *entry = NULL;
    g_autofree char *exact = NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    if (!find(reader, directory, &entry, &exact, error) ||
        !add_files_below(reader, entry, exact, 1, &limit, files, error))
        return NULL;
    g_ptr_array_sort(files, compare_paths);
    return g_steal_pointer(&files);
}
