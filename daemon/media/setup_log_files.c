// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup_log_files.h"

#include <string.h>

#include "media_error.h"
#include "ntfs_volume.h"
#include "output_file.h"
#include "windows_volume.h"

#define TAIL_BYTES (256u * 1024) // even: UTF-16 stays aligned

static const struct {
    const char *path, *name;
} logs[] = {
    { "$WINDOWS.~BT/Sources/Panther/setuperr.log", "disk-copy-setuperr.log" },
    { "$WINDOWS.~BT/Sources/Panther/setupact.log", "disk-copy-setupact.log" },
    { "Windows/Panther/setuperr.log", "disk-panther-setuperr.log" },
    { "Windows/Panther/setupact.log", "disk-panther-setupact.log" },
    { "Windows/Panther/UnattendGC/setuperr.log", "disk-unattendgc-setuperr.log" },
    { "Windows/Panther/UnattendGC/setupact.log", "disk-unattendgc-setupact.log" },
    { "Windows/inf/setupapi.offline.log", "disk-setupapi.offline.log" },
    { "Windows/inf/setupapi.dev.log", "disk-setupapi.dev.log" },
    { "Windows/inf/setupapi.app.log", "disk-setupapi.app.log" },
    { "sevend/specialize.log", "disk-sevend-specialize.log" },
    { "sevend/first-logon.log", "disk-sevend-first-logon.log" },
};

static gboolean is_utf16(const guint8 *bytes, gsize length)
{
    gsize zeros = 0;
    for (gsize i = 1; i < length; i += 2)
        zeros += bytes[i] == 0;
    return length >= 2 && zeros * 4 > length / 2;
}

// The caller frees.
static char *as_utf8(GBytes *bytes)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    const gboolean wide = is_utf16(data, length);
    g_autofree char *text = wide ? g_convert_with_fallback((const char *)data, (gssize)(length & ~(gsize)1),
                                                           "UTF-8", "UTF-16LE", "?", NULL, NULL, NULL)
                                 : NULL;
    return text ? g_utf8_make_valid(text, -1) : g_utf8_make_valid((const char *)data, (gssize)length);
}

static gboolean write_log(const char *folder, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    OutputFile *file = output_file_new(path, 0600, DIGEST_XXH128, error);
    if (file == NULL)
        return FALSE;
    output_file_may_be_lost(file);
    const gboolean ok = output_file_write(file, text, strlen(text), error) && output_file_commit(file, error);
    output_file_free(file);
    return ok;
}

static void describe(json_object *files, gsize row, gboolean cut)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "name", json_object_new_string(logs[row].name));
    json_object_object_add(object, "path", json_object_new_string(logs[row].path));
    json_object_object_add(object, "cut", json_object_new_boolean(cut));
    json_object_array_add(files, object);
}

// FALSE only if the host could not take it: what is damaged in the guest is left out.
static gboolean save_all(NtfsVolume *volume, const char *folder, json_object *files, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(logs); i++) {
        gboolean cut = FALSE;
        g_autoptr(GBytes) bytes = ntfs_volume_read_tail(volume, logs[i].path, TAIL_BYTES, &cut, NULL);
        g_autofree char *text = bytes && g_bytes_get_size(bytes) > 0 ? as_utf8(bytes) : NULL;
        if (text == NULL)
            continue;
        if (!write_log(folder, logs[i].name, text, error))
            return FALSE;
        describe(files, i, cut);
    }
    return TRUE;
}

json_object *setup_log_files_save(DiskImage *image, const char *folder, GError **error)
{
    g_autoptr(NtfsVolume) volume = windows_volume_open(image, error);
    json_object *files = json_object_new_array();
    if (volume == NULL || !save_all(volume, folder, files, error)) {
        json_object_put(files);
        return NULL;
    }
    json_object *result = json_object_new_object();
    json_object_object_add(result, "files", files);
    return result;
}
