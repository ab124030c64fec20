// SPDX-License-Identifier: GPL-3.0-or-later
// UDF through libudfread, which finds directories and the blocks of files; the bytes themselves are then read
// straight from the image.
#include <inttypes.h>
#include <string.h>
#include <udfread/blockinput.h>
#include <udfread/udfread.h>

#include "cancel.h"
#include "disc_backend.h"
#include "media_error.h"

// A mastered disc has one extent a file, or one for each GiB. Fragments beyond this mean damage or malice.
#define MAX_EXTENTS 4096u

// UDF may keep small files inside their file entry, which is one block.
#define MAX_INLINE_FILE DISC_BLOCK_SIZE

typedef struct {
    DiscBackend base;
    struct udfread_block_input input;
    ByteSource *image;
    udfread *udf;
} UdfReader;

static UdfReader *reader_of_input(struct udfread_block_input *input)
{
    return (UdfReader *)((char *)input - G_STRUCT_OFFSET(UdfReader, input));
}

static int read_blocks(struct udfread_block_input *input, uint32_t block, void *buffer, uint32_t count,
                       int flags)
{
    UdfReader *reader = reader_of_input(input);
    guint64 blocks = reader->image->size / DISC_BLOCK_SIZE;

    (void)flags;
    if (block >= blocks)
        return 0;
    count = (uint32_t)MIN(count, blocks - block);
    if (!byte_source_read(reader->image, (guint64)block * DISC_BLOCK_SIZE, buffer,
                          (gsize)count * DISC_BLOCK_SIZE, NULL))
        return -1;
    return (int)count;
}

static uint32_t size_in_blocks(struct udfread_block_input *input)
{
    return (uint32_t)MIN(reader_of_input(input)->image->size / DISC_BLOCK_SIZE, G_MAXUINT32);
}

static int close_nothing(struct udfread_block_input *input)
{
    (void)input;
    return 0;
}

static gboolean usable_name(const char *name)
{
    // libudfread takes both separators in a path, so a name that holds one could not be opened again.
    return g_utf8_validate(name, -1, NULL) && name[0] != '\0' && strpbrk(name, "/\\") == NULL &&
           !g_str_equal(name, ".") && !g_str_equal(name, "..");
}

static GPtrArray *udf_list(DiscBackend *backend, const DiscEntry *entry, const char *path, GError **error)
{
    UdfReader *reader = (UdfReader *)backend;
    struct udfread_dirent found;
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)disc_entry_free);

    (void)entry;
    UDFDIR *directory = udfread_opendir(reader->udf, path[0] == '\0' ? "/" : path);
    if (directory == NULL) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_UDF_DAMAGED, "has a damaged UDF directory \"%s\"",
                    path[0] == '\0' ? "/" : path);
        return NULL;
    }
    while (udfread_readdir(directory, &found) != NULL) {
        if (!usable_name(found.d_name))
            continue;
        if (entries->len >= DISC_MAX_DIRECTORY_ENTRIES) {
            udfread_closedir(directory);
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                        "has more than %u entries in one directory", DISC_MAX_DIRECTORY_ENTRIES);
            return NULL;
        }
        DiscEntry *listed = g_new0(DiscEntry, 1);
        listed->name = g_strdup(found.d_name);
        listed->is_directory = found.d_type == UDF_DT_DIR;
        g_ptr_array_add(entries, listed);
    }
    udfread_closedir(directory);
    return g_steal_pointer(&entries);
}

static gboolean add_block(GArray *extents, guint32 block, guint64 length)
{
    if (extents->len > 0) {
        DiscExtent *last = &g_array_index(extents, DiscExtent, extents->len - 1);
        if (last->block + last->length / DISC_BLOCK_SIZE == block) {
            last->length += length;
            return TRUE;
        }
    }
    if (extents->len >= MAX_EXTENTS)
        return FALSE;
    DiscExtent extent = { .block = block, .length = length };
    g_array_append_val(extents, extent);
    return TRUE;
}

static GArray *extents_of(UDFFILE *file, guint64 size, const char *path, GError **error)
{
    g_autoptr(GArray) extents = g_array_new(FALSE, FALSE, sizeof(DiscExtent));

    for (guint64 at = 0; at < size; at += DISC_BLOCK_SIZE) {
        guint32 block = udfread_file_lba(file, (uint32_t)(at / DISC_BLOCK_SIZE));
        if (block == 0 || !add_block(extents, block, MIN(size - at, DISC_BLOCK_SIZE))) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_UDF_DAMAGED,
                        "file %s is sparse or broken into too many pieces", path);
            return NULL;
        }
        if (at % (DISC_BLOCK_SIZE * 65536u) == 0 && !cancel_check(error))
            return NULL;
    }
    return g_steal_pointer(&extents);
}

static GBytes *inline_content(UDFFILE *file, gsize size)
{
    g_autofree guint8 *data = g_malloc(MAX_INLINE_FILE);
    gsize got = 0;

    while (got < size) {
        ssize_t step = udfread_file_read(file, data + got, size - got);
        if (step <= 0)
            return NULL;
        got += (gsize)step;
    }
    return g_bytes_new(data, size);
}

static GArray *udf_locate(DiscBackend *backend, const DiscEntry *entry, const char *path, GBytes **ret_inline,
                          GError **error)
{
    UdfReader *reader = (UdfReader *)backend;
    UDFFILE *file = udfread_file_open(reader->udf, path);
    GArray *extents = NULL;

    (void)entry;
    gint64 size = file == NULL ? -1 : udfread_file_size(file);
    if (size < 0) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_UDF_DAMAGED, "file %s has a damaged UDF file entry",
                    path);
    } else if ((guint64)size > reader->image->size) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED,
                    "truncated: file %s is %" PRIi64 " bytes, the whole disc image only %" PRIu64, path, size,
                    reader->image->size);
    } else if (size > 0 && size <= MAX_INLINE_FILE && udfread_file_lba(file, 0) == 0) {
        *ret_inline = inline_content(file, (gsize)size);
        if (*ret_inline == NULL)
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_UDF_DAMAGED, "file %s cannot be read", path);
    } else {
        extents = extents_of(file, (guint64)size, path, error);
    }
    if (file != NULL)
        udfread_file_close(file);
    return extents;
}

static const char *udf_volume_id(DiscBackend *backend)
{
    const char *id = udfread_get_volume_id(((UdfReader *)backend)->udf);
    return id != NULL && g_utf8_validate(id, -1, NULL) ? id : "";
}

static void udf_free(DiscBackend *backend)
{
    UdfReader *reader = (UdfReader *)backend;

    if (reader->udf != NULL)
        udfread_close(reader->udf);
    g_free(reader);
}

DiscBackend *udf_reader_open(ByteSource *image, GError **error)
{
    UdfReader *reader = g_new0(UdfReader, 1);

    reader->base.list = udf_list;
    reader->base.locate = udf_locate;
    reader->base.volume_id = udf_volume_id;
    reader->base.free = udf_free;
    reader->input.close = close_nothing;
    reader->input.read = read_blocks;
    reader->input.size = size_in_blocks;
    reader->image = image;
    reader->udf = udfread_init();
    if (reader->udf == NULL || udfread_open_input(reader->udf, &reader->input) < 0) {
        g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_UDF_DAMAGED, "its UDF file system is damaged");
        udf_free(&reader->base);
        return NULL;
    }
    return &reader->base;
}
