// SPDX-License-Identifier: GPL-3.0-or-later
// Lays the remaster out: what a boot disc holds, then ours, then whatever else the vendor's disc has.
#include "export_disc.h"

#include <string.h>

#include "config_disc.h"
#include "media_error.h"

#define VOLUME_ID        "SEVEND_EXPORT"
#define OUTPUT_MODE      0600
#define MAX_VENDOR_FILES 16384u
#define MAX_FILE_SIZE    G_MAXUINT32

// In lower case, as all of the vendor's are put: Windows does not care, and discs differ.
static char *vendor_target(const char *path)
{
    return g_ascii_strdown(path, -1);
}

static gboolean add_ours(IsoWriter *writer, const GPtrArray *files, GHashTable *taken, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        const ConfigDiscFile *file = g_ptr_array_index(files, i);
        const char *path = file->disc_path + (file->disc_path[0] == '/');
        ByteSource *content = byte_source_open(file->host_path, error);
        if (content == NULL || !iso_writer_add(writer, path, content, error))
            return FALSE;
        g_hash_table_add(taken, vendor_target(path));
    }
    return TRUE;
}

// The boot folder, bootmgr, boot.wim and the boot image are there already.
static gboolean is_boot_file(const WindowsDisc *disc, const char *lower)
{
    g_autofree char *image = disc->boot_image_path == NULL ? NULL : vendor_target(disc->boot_image_path);
    return g_str_has_prefix(lower, "boot/") || g_str_equal(lower, "bootmgr") ||
           g_str_equal(lower, "sources/boot.wim") || g_strcmp0(lower, image) == 0;
}

static gboolean check_size(WindowsDisc *disc, const char *path, GError **error)
{
    g_autoptr(ByteSource) file = disc_reader_open_file(disc->reader, path, error);
    if (file == NULL)
        return FALSE;
    if (file->size <= MAX_FILE_SIZE)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                "%s: has %" G_GUINT64_FORMAT " bytes; a disc that is exported holds no file of 4 GiB or more",
                file->name, file->size);
    return FALSE;
}

static gboolean add_rest(IsoWriter *writer, WindowsDisc *disc, GHashTable *taken, GError **error)
{
    g_autoptr(GPtrArray) files = disc_reader_list_files(disc->reader, "", MAX_VENDOR_FILES, error);

    for (guint i = 0; files != NULL && i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *target = vendor_target(path);
        if (is_boot_file(disc, target) || g_hash_table_contains(taken, target))
            continue;
        if (!check_size(disc, path, error) || !boot_disc_add_vendor_file(writer, disc, path, target, error))
            return FALSE;
    }
    return files != NULL;
}

gboolean export_disc_build(const BootDiscRequest *request, const GPtrArray *files, BootDiscResult *ret,
                           Progress *progress, GError **error)
{
    g_auto(BootDiscResult) result = { 0 };
    g_autofree char *scratch = g_path_get_dirname(request->output);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    // Declared in this order because the writer reads from the disc until it is freed.
    g_autoptr(OutputFile) output = output_file_new(request->output, OUTPUT_MODE, DIGEST_SHA256, error);
    if (output == NULL)
        return FALSE;
    g_autoptr(WindowsDisc) disc = windows_disc_open(request->disc, scratch, error);
    if (disc == NULL || !check_size(disc, "sources/install.wim", error))
        return FALSE;
    ByteSource *boot_wim = boot_disc_make_wim(request, disc, output, scratch, &result, progress, error);
    if (boot_wim == NULL)
        return FALSE;
    result.boot_wim_size = boot_wim->size;
    g_autoptr(IsoWriter) writer = iso_writer_new(VOLUME_ID, error);
    if (writer == NULL) {
        byte_source_free(boot_wim);
        return FALSE;
    }
    if (!boot_disc_lay_out(writer, disc, boot_wim, TRUE, error) || !add_ours(writer, files, taken, error) ||
        !add_rest(writer, disc, taken, error) || !iso_writer_write(writer, output, progress, error) ||
        !output_file_commit(output, error))
        return FALSE;
    result.size = output_file_size(output);
    result.hash = output_file_digest(output);
    *ret = result;
    memset(&result, 0, sizeof result); // handed over
    return TRUE;
}
