// SPDX-License-Identifier: GPL-3.0-or-later
// A list of host files → a small disc.
#include "config_disc.h"

#include <string.h>

#include "iso_writer.h"
#include "media_error.h"
#include "output_file.h"

#define OUTPUT_MODE   0600
#define MAX_LIST_SIZE (1024u * 1024)

void config_disc_file_free(ConfigDiscFile *file)
{
    g_free(file->disc_path);
    g_free(file->host_path);
    g_free(file);
}

ConfigDiscFile *config_disc_file_parse(const char *pair, GError **error)
{
    const char *equals = strchr(pair, '=');

    if (equals == NULL || equals == pair || equals[1] == '\0') {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_NAME, "\"%s\" is not DISCPATH=HOSTFILE", pair);
        return NULL;
    }
    ConfigDiscFile *file = g_new0(ConfigDiscFile, 1);
    file->disc_path = g_strdelimit(g_strndup(pair, (gsize)(equals - pair)), "\\", '/');
    file->host_path = g_strdup(equals + 1);
    return file;
}

gboolean config_disc_read_list(const char *path, GPtrArray *files, GError **error)
{
    g_autoptr(ByteSource) list = byte_source_open(path, error);
    g_autoptr(GBytes) bytes = list == NULL ? NULL : byte_source_load(list, MAX_LIST_SIZE, error);

    if (bytes == NULL)
        return FALSE;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *line = g_strchomp(lines[i]);
        if (line[0] == '\0' || line[0] == '#')
            continue;
        ConfigDiscFile *file = config_disc_file_parse(line, error);
        if (file == NULL) {
            g_prefix_error(error, "%s: line %u: ", path, i + 1);
            return FALSE;
        }
        g_ptr_array_add(files, file);
    }
    return TRUE;
}

static gboolean add_files(IsoWriter *writer, const GPtrArray *files, guint64 most, GError **error)
{
    guint64 total = 0;

    for (guint i = 0; i < files->len; i++) {
        const ConfigDiscFile *file = g_ptr_array_index(files, i);
        const char *disc_path = file->disc_path[0] == '/' ? file->disc_path + 1 : file->disc_path;
        ByteSource *content = byte_source_open(file->host_path, error);
        if (content == NULL)
            return FALSE;
        total += content->size;
        if (!iso_writer_add(writer, disc_path, content, error))
            return FALSE;
        if (total > most) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                        "the files of the disc are more than %" G_GUINT64_FORMAT " bytes", most);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean config_disc_build(const char *output, const char *volume_id, const GPtrArray *files, guint64 most,
                           Progress *progress, guint64 *ret_size, GError **error)
{
    g_autoptr(OutputFile) file = output_file_new(output, OUTPUT_MODE, DIGEST_SHA256, error);
    if (file == NULL)
        return FALSE;
    g_autoptr(IsoWriter) writer = iso_writer_new(volume_id, error);
    if (writer == NULL || !add_files(writer, files, most, error) ||
        !iso_writer_write(writer, file, progress, error) || !output_file_commit(file, error))
        return FALSE;
    *ret_size = output_file_size(file);
    return TRUE;
}
