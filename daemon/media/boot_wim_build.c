// SPDX-License-Identifier: GPL-3.0-or-later
// Export of the Setup image, addition of files, and the delta WIM that wimlib writes of it.
#include "boot_wim_build.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"
#include "media_error.h"
#include "scratch.h"
#include "wim_error.h"
#include "wim_splice.h"

// One compressing thread keeps memory flat; what is compressed is a few MB of drivers.
#define WRITER_THREADS 1

// wimlib's scale is 1 to 100 with 50 by default; the fast end, as drivers and metadata are small.
#define COMPRESSION_LEVEL 20

typedef struct {
    GHashTable *in_delta; // hashes (GBytes) of the blobs that the delta holds
    GArray *base_blobs;   // WimBlob
    const char *name;
    GError **error;
} BlobSearch;

void boot_wim_addition_free(BootWimAddition *addition)
{
    g_free(addition->source);
    g_free(addition->target);
    g_free(addition);
}

static enum wimlib_progress_status on_progress(enum wimlib_progress_msg message,
                                               union wimlib_progress_info *info, void *context)
{
    if (message == WIMLIB_PROGRESS_MSG_WRITE_STREAMS)
        progress_set(context, info->write_streams.completed_bytes);
    return cancel_requested() ? WIMLIB_PROGRESS_STATUS_ABORT : WIMLIB_PROGRESS_STATUS_CONTINUE;
}

// A new WIMStruct that holds the Setup image alone, bootable, and is its only owner.
static WIMStruct *export_setup_image(BootWim *boot, GError **error)
{
    struct wimlib_wim_info info;
    WIMStruct *exported = NULL;
    const char *name = boot->source->name;

    gboolean made =
        wim_check(wimlib_get_wim_info(boot->wim, &info), name, error) &&
        wim_check(wimlib_create_new_wim((enum wimlib_compression_type)info.compression_type, &exported), name,
                  error) &&
        wim_check(wimlib_set_output_chunk_size(exported, info.chunk_size), name, error) &&
        wim_check(wimlib_export_image(boot->wim, (int)boot->setup_index, exported, NULL, NULL,
                                      WIMLIB_EXPORT_FLAG_BOOT | WIMLIB_EXPORT_FLAG_GIFT),
                  name, error);
    // An image that two WIMStructs share cannot be changed. wimlib keeps the file open as long as blobs need
    // it.
    wimlib_free(g_steal_pointer(&boot->wim));
    if (!made) {
        wimlib_free(exported);
        return NULL;
    }
    wimlib_set_default_compression_level(info.compression_type, COMPRESSION_LEVEL);
    return exported;
}

static gboolean add_files(WIMStruct *wim, const GPtrArray *additions, const char *name, GError **error)
{
    g_autofree struct wimlib_update_command *commands = g_new0(struct wimlib_update_command, additions->len);

    for (guint i = 0; i < additions->len; i++) {
        const BootWimAddition *addition = g_ptr_array_index(additions, i);
        commands[i].op = WIMLIB_UPDATE_OP_ADD;
        commands[i].add.fs_source_path = addition->source;
        commands[i].add.wim_target_path = addition->target;
    }
    return wim_check(wimlib_update_image(wim, 1, commands, additions->len, 0), name, error);
}

static ByteSource *write_delta(WIMStruct *wim, const char *scratch, const char *name, GError **error)
{
    int fd = scratch_file_anonymous(scratch, error);

    if (fd < 0)
        return NULL;
    errno = 0;
    if (!wim_check(wimlib_write_to_fd(wim, fd, 1, WIMLIB_WRITE_FLAG_SKIP_EXTERNAL_WIMS, WRITER_THREADS), name,
                   error)) {
        close(fd);
        return NULL;
    }
    return byte_source_from_fd(fd, name, error);
}

static GHashTable *hashes_in(ByteSource *delta, GError **error)
{
    g_autoptr(GHashTable) hashes =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    WimHeader header;

    if (!wim_header_read(delta, &header, error))
        return NULL;
    g_autofree guint8 *entries = g_malloc(MAX(header.blob_table.size, 1));
    if (!byte_source_read(delta, header.blob_table.offset, entries, (gsize)header.blob_table.size, error))
        return NULL;
    for (guint64 i = 0; i + WIM_BLOB_ENTRY_SIZE <= header.blob_table.size; i += WIM_BLOB_ENTRY_SIZE) {
        WimBlob blob;
        wim_blob_parse(entries + i, &blob);
        g_hash_table_add(hashes, g_bytes_new(blob.hash, sizeof blob.hash));
    }
    return g_steal_pointer(&hashes);
}

static int on_blob(const struct wimlib_resource_entry *entry, void *context)
{
    BlobSearch *search = context;
    g_autoptr(GBytes) hash = g_bytes_new(entry->sha1_hash, WIM_HASH_SIZE);

    // Metadata are always rewritten; a blob nobody refers to any more was replaced.
    if (entry->is_metadata || entry->reference_count == 0 || g_hash_table_contains(search->in_delta, hash))
        return 0;
    if (entry->is_missing || entry->packed || entry->offset == 0) {
        g_set_error(search->error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED,
                    "%s: the content of a file is not in the WIM", search->name);
        return WIMLIB_ERR_ABORTED_BY_PROGRESS;
    }
    WimBlob blob = {
        .resource = { .offset = entry->offset,
                      .size = entry->compressed_size,
                      .uncompressed_size = entry->uncompressed_size,
                      .flags = entry->is_compressed ? WIM_RESOURCE_COMPRESSED : 0 },
        .part_number = 1,
        .reference_count = entry->reference_count,
    };
    memcpy(blob.hash, entry->sha1_hash, WIM_HASH_SIZE);
    g_array_append_val(search->base_blobs, blob);
    return 0;
}

// The blobs that the image uses and the delta does not hold.
static GArray *blobs_left_in_base(WIMStruct *wim, ByteSource *delta, GError **error)
{
    g_autoptr(GHashTable) in_delta = hashes_in(delta, error);
    g_autoptr(GArray) blobs = g_array_new(FALSE, FALSE, sizeof(WimBlob));
    g_autoptr(GError) local = NULL;

    if (in_delta == NULL)
        return NULL;
    BlobSearch search = { .in_delta = in_delta, .base_blobs = blobs, .name = delta->name, .error = &local };
    int result = wimlib_iterate_lookup_table(wim, 0, on_blob, &search);
    if (local != NULL) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    return wim_check(result, delta->name, error) ? g_steal_pointer(&blobs) : NULL;
}

ByteSource *boot_wim_build(BootWim *boot, const GPtrArray *additions, guint64 added_bytes,
                           const char *scratch, Progress *progress, GError **error)
{
    g_autoptr(ByteSource) delta = NULL;
    g_autoptr(GArray) blobs = NULL;
    const char *name = boot->source->name;
    WIMStruct *wim = export_setup_image(boot, error);

    if (wim == NULL)
        return NULL;
    progress_begin(progress, "boot-wim", added_bytes);
    wimlib_register_progress_function(wim, on_progress, progress);
    if (add_files(wim, additions, name, error))
        delta = write_delta(wim, scratch, name, error);
    if (delta != NULL)
        blobs = blobs_left_in_base(wim, delta, error);
    wimlib_free(wim);
    if (blobs == NULL)
        return NULL;
    progress_set(progress, added_bytes);
    return wim_splice(boot->source, blobs, g_steal_pointer(&delta), error);
}
