// SPDX-License-Identifier: GPL-3.0-or-later
// Copies the tables and the metadata of a WIM, and nothing else, into a sparse file.
#include "wim_outline.h"

#include <errno.h>
#include <unistd.h>

#include "media_error.h"
#include "scratch.h"
#include "wim_error.h"

// Metadata of a Windows 7 image take about 4 MB uncompressed; wimlib loads one image's into memory.
#define MAX_METADATA_SIZE (256u * 1024 * 1024)

typedef struct {
    ByteSource *wim;
    int fd;
    GError **error;
} MetadataCopy;

static gboolean damaged(const ByteSource *wim, const char *reason, GError **error)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: %s", wim->name, reason);
    return FALSE;
}

static gboolean copy_tables(ByteSource *wim, const WimHeader *header, int fd, GError **error)
{
    if (ftruncate(fd, (off_t)wim->size) < 0) {
        media_error_set_errno(error, errno, "cannot make a temporary file of the size of %s", wim->name);
        return FALSE;
    }
    return byte_source_copy_range(wim, 0, WIM_HEADER_SIZE, fd, "a temporary file", error) &&
           byte_source_copy_range(wim, header->blob_table.offset, header->blob_table.size, fd,
                                  "a temporary file", error) &&
           byte_source_copy_range(wim, header->xml.offset, header->xml.size, fd, "a temporary file", error);
}

static gboolean copy_metadata(const struct wimlib_resource_entry *resource, MetadataCopy *copy)
{
    if (resource->packed || !byte_source_contains(copy->wim, resource->offset, resource->compressed_size))
        return damaged(copy->wim, "an image's metadata lie outside the file", copy->error);
    if (resource->uncompressed_size > MAX_METADATA_SIZE)
        return damaged(copy->wim, "an image's metadata are too large", copy->error);
    return byte_source_copy_range(copy->wim, resource->offset, resource->compressed_size, copy->fd,
                                  "a temporary file", copy->error);
}

static int on_resource(const struct wimlib_resource_entry *resource, void *context)
{
    if (!resource->is_metadata)
        return 0;
    return copy_metadata(resource, context) ? 0 : WIMLIB_ERR_ABORTED_BY_PROGRESS;
}

WIMStruct *wim_outline_open(ByteSource *wim, const WimHeader *header, const char *directory, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) local = NULL;
    WIMStruct *opened = NULL;

    if (!wim_header_check_supported(header, wim->name, error) || !wim_library_init(error))
        return NULL;
    int fd = scratch_file_new(directory, &path, error);
    if (fd < 0)
        return NULL;
    if (!copy_tables(wim, header, fd, error)) {
        unlink(path);
        close(fd);
        return NULL;
    }

    MetadataCopy copy = { .wim = wim, .fd = fd, .error = &local };
    int result = wimlib_open_wim(path, 0, &opened);
    unlink(path);
    if (result == 0)
        result = wimlib_iterate_lookup_table(opened, 0, on_resource, &copy);
    close(fd);
    if (local == NULL && wim_check(result, wim->name, &local))
        return opened;
    wimlib_free(opened);
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
}
