// SPDX-License-Identifier: GPL-3.0-or-later
// An outline of the WIM (wim_outline.h) in which the one blob that is wanted is no hole; wimlib does the
// rest.
#include "wim_file.h"

#include <unistd.h>

#include "media_error.h"
#include "scratch.h"
#include "wim_error.h"
#include "wim_outline.h"

typedef struct {
    struct wimlib_resource_entry resource;
    gboolean found;
} FileSearch;

static int on_entry(const struct wimlib_dir_entry *entry, void *context)
{
    FileSearch *search = context;
    if ((entry->attributes & WIMLIB_FILE_ATTRIBUTE_DIRECTORY) != 0)
        return 0;
    search->resource = entry->streams[0].resource;
    search->found = TRUE;
    return 0;
}

// FALSE with @error, or without if there is no such file.
static gboolean find_blob(WIMStruct *outline, ByteSource *wim, guint index, const char *path, gsize limit,
                          struct wimlib_resource_entry *ret, GError **error)
{
    FileSearch search = { .found = FALSE };
    const int result = wimlib_iterate_dir_tree(outline, (int)index, path, 0, on_entry, &search);

    if (result == WIMLIB_ERR_PATH_DOES_NOT_EXIST || result == WIMLIB_ERR_NOTDIR ||
        (result == 0 && !search.found))
        return FALSE;
    if (!wim_check(result, wim->name, error))
        return FALSE;
    *ret = search.resource;
    if (ret->is_missing || ret->packed || !byte_source_contains(wim, ret->offset, ret->compressed_size)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: the content of %s is not in the WIM",
                    wim->name, path);
        return FALSE;
    }
    if (ret->uncompressed_size <= limit)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE, "%s: %s is larger than %" G_GSIZE_FORMAT " bytes",
                wim->name, path, limit);
    return FALSE;
}

static GBytes *extract(WIMStruct *outline, ByteSource *wim, guint index, const char *path, gsize limit,
                       const char *scratch, GError **error)
{
    g_autofree char *folder = g_build_filename(scratch, ".sevend-media-XXXXXX", NULL);
    g_autofree char *base = g_path_get_basename(path);
    const wimlib_tchar *const paths[] = { path };

    if (g_mkdtemp_full(folder, 0700) == NULL) {
        media_error_set_errno(error, errno, "cannot make a temporary folder in %s", scratch);
        return NULL;
    }
    g_autoptr(ByteSource) file = NULL;
    GBytes *bytes = NULL;
    const int result =
        wimlib_extract_paths(outline, (int)index, folder, paths, G_N_ELEMENTS(paths),
                             WIMLIB_EXTRACT_FLAG_NO_PRESERVE_DIR_STRUCTURE | WIMLIB_EXTRACT_FLAG_NO_ACLS |
                                 WIMLIB_EXTRACT_FLAG_NO_ATTRIBUTES | WIMLIB_EXTRACT_FLAG_ALL_CASE_CONFLICTS);
    if (wim_check(result, wim->name, error)) {
        // wimlib gives the file the image's spelling of its name.
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name = dir == NULL ? NULL : g_dir_read_name(dir);
        g_autofree char *extracted = g_build_filename(folder, name == NULL ? base : name, NULL);
        file = byte_source_open(extracted, error);
        bytes = file == NULL ? NULL : byte_source_load(file, limit, error);
    }
    scratch_tree_remove(folder);
    return bytes;
}

GBytes *wim_file_load(ByteSource *wim, const WimHeader *header, guint index, const char *path, gsize limit,
                      const char *scratch, GError **error)
{
    struct wimlib_resource_entry blob;
    int fd = -1;
    GBytes *bytes = NULL;
    WIMStruct *outline = wim_outline_open_for_filling(wim, header, scratch, &fd, error);

    if (outline == NULL)
        return NULL;
    if (find_blob(outline, wim, index, path, limit, &blob, error) &&
        byte_source_copy_range(wim, blob.offset, blob.compressed_size, fd, "a temporary file", error))
        bytes = extract(outline, wim, index, path, limit, scratch, error);
    wimlib_free(outline);
    close(fd);
    return bytes;
}
