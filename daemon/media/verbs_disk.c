// SPDX-License-Identifier: GPL-3.0-or-later
// read-logs and read-file: what is on the disk of a machine: one that is off, one that runs.
#include "verbs.h"

#include <unistd.h>

#include "cancel.h"
#include "media_error.h"
#include "output_file.h"
#include "setup_log_files.h"
#include "verb_options.h"
#include "windows_volume.h"

// The guest wrote the file system, and may have made it so that reading it takes for ever.
#define LONGEST_SECONDS 60

json_object *verb_read_logs(char **arguments, GError **error)
{
    g_autofree char *disk = NULL, *format = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        { "disk", 0, 0, G_OPTION_ARG_FILENAME, &disk, NULL, NULL },
        { "format", 0, 0, G_OPTION_ARG_STRING, &format, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { 0 },
    };

    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("disk", disk, error) ||
        !verb_option_required("format", format, error) || !verb_option_required("output", output, error))
        return NULL;
    alarm(LONGEST_SECONDS); // ends the process; files that are done stay
    g_autoptr(DiskImage) image = disk_image_open(disk, format, error);
    return image ? setup_log_files_save(image, output, error) : NULL;
}

typedef struct {
    OutputFile *file;
    guint64 left; // of what the caller expects
} CopyOut;

static gboolean differs(GError **error)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                "the file is not as large on the disk as it was said to be");
    return FALSE;
}

// The file system is a guest's: one that calls a file terabytes must not fill the host's disk.
static gboolean write_piece(const void *bytes, gsize length, gpointer data, GError **error)
{
    CopyOut *copy = data;
    if (length > copy->left)
        return differs(error);
    copy->left -= length;
    return cancel_check(error) && output_file_write(copy->file, bytes, length, error);
}

static json_object *copy_out(DiskImage *image, const char *path, guint64 size, const char *output,
                             GError **error)
{
    g_autoptr(NtfsVolume) volume = windows_volume_open(image, error);
    g_autoptr(OutputFile) file = volume ? output_file_new(output, 0600, DIGEST_SHA256, error) : NULL;
    if (file == NULL)
        return NULL;
    output_file_may_be_lost(file); // it is sent on at once
    CopyOut copy = { file, size };
    if (!output_file_reserve(file, size, error) ||
        !ntfs_volume_read(volume, path, write_piece, &copy, error) || (copy.left > 0 && !differs(error)) ||
        !output_file_commit(file, error))
        return NULL;
    g_autofree char *sha256 = output_file_digest(file);
    json_object *result = json_object_new_object();
    json_object_object_add(result, "size", json_object_new_uint64(output_file_size(file)));
    json_object_object_add(result, "sha256", json_object_new_string(sha256));
    return result;
}

json_object *verb_read_file(char **arguments, GError **error)
{
    g_autofree char *socket_path = NULL, *export_name = NULL, *path = NULL, *output = NULL;
    gint64 size = -1;
    const GOptionEntry entries[] = {
        { "size", 0, 0, G_OPTION_ARG_INT64, &size, NULL, NULL },
        { "socket", 0, 0, G_OPTION_ARG_FILENAME, &socket_path, NULL, NULL },
        { "export", 0, 0, G_OPTION_ARG_STRING, &export_name, NULL, NULL },
        { "path", 0, 0, G_OPTION_ARG_STRING, &path, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { 0 },
    };

    if (!verb_options_parse(arguments, entries, error) ||
        !verb_option_required("socket", socket_path, error) ||
        !verb_option_required("export", export_name, error) || !verb_option_required("path", path, error) ||
        !verb_option_required("output", output, error) ||
        !verb_option_required("size", size >= 0 ? "given" : NULL, error))
        return NULL;
    g_autoptr(DiskImage) image = disk_image_connect(socket_path, export_name, error);
    return image ? copy_out(image, path, (guint64)size, output, error) : NULL;
}
