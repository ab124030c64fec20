// SPDX-License-Identifier: GPL-3.0-or-later
// libisofs, with every option that would make two equal images differ nailed down.
#include "iso_writer.h"

#include <string.h>

#include "cancel.h"
#include "disc_backend.h"
#include "disc_name.h"
#include "fixed_time.h"
#include "iso_stream.h"
#include "media_error.h"

#define MAX_DEPTH      8u
#define MAX_VOLUME_ID  16u
#define READ_BYTES     (512 * DISC_BLOCK_SIZE) // fewer of them wake libisofs's thread less often
#define BOOT_CATALOGUE "boot.cat"

struct IsoWriter {
    IsoImage *image;
    GHashTable *folded; // names in use as Windows compares them → exact path, folders too
    IsoStreamFailure failure;
};

static gboolean check(int result, const char *what, GError **error)
{
    if (result >= 0)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "cannot build a disc image: %s: %s", what,
                iso_error_to_msg(result));
    return FALSE;
}

static gboolean library_init(GError **error)
{
    static gsize initialised;
    static int result;

    if (g_once_init_enter(&initialised)) {
        result = iso_init();
        if (result >= 0) {
            iso_set_msgs_severities("NEVER", "NEVER", "");
            iso_set_local_charset((char *)"UTF-8", 0);
        }
        g_once_init_leave(&initialised, 1);
    }
    return check(result, "initialising libisofs", error);
}

static gboolean valid_volume_id(const char *volume_id)
{
    gsize length = strlen(volume_id);
    return length > 0 && length <= MAX_VOLUME_ID &&
           strspn(volume_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length;
}

IsoWriter *iso_writer_new(const char *volume_id, GError **error)
{
    g_autoptr(IsoWriter) writer = g_new0(IsoWriter, 1);

    writer->folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!valid_volume_id(volume_id)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_NAME,
                    "volume id \"%s\": must be 1 to %u characters of A-Z, 0-9 and _", volume_id,
                    MAX_VOLUME_ID);
        return NULL;
    }
    if (!library_init(error) || !check(iso_image_new(volume_id, &writer->image), "new image", error))
        return NULL;
    iso_image_set_volset_id(writer->image, volume_id);
    iso_image_set_system_id(writer->image, "");
    iso_image_set_application_id(writer->image, "SEVEND");
    iso_image_set_data_preparer_id(writer->image, "");
    iso_image_set_publisher_id(writer->image, "");
    return g_steal_pointer(&writer);
}

void iso_writer_free(IsoWriter *writer)
{
    if (writer == NULL)
        return;
    if (writer->image != NULL)
        iso_image_unref(writer->image);
    g_hash_table_unref(writer->folded);
    g_clear_error(&writer->failure.error);
    g_free(writer);
}

static gboolean bad_name(const char *path, const char *reason, GError **error)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_NAME, "path \"%s\" on the disc: %s", path, reason);
    return FALSE;
}

// Claims an exact path; a path that is taken in another spelling is refused, and so is a file taken twice.
static gboolean claim(IsoWriter *writer, const char *exact, gboolean is_folder, GError **error)
{
    g_autofree char *key = disc_name_fold(exact);
    const char *taken = g_hash_table_lookup(writer->folded, key);

    if (taken == NULL) {
        g_hash_table_insert(writer->folded, g_steal_pointer(&key), g_strdup(exact));
        return TRUE;
    }
    if (is_folder && g_str_equal(taken, exact))
        return TRUE;
    return bad_name(exact, is_folder ? "a folder differs from another name only in case" : "is given twice",
                    error);
}

// The folder of a file, made where missing. `parts` are the path's components, the last being the file.
static IsoDir *make_folders(IsoWriter *writer, GStrv parts, guint count, GError **error)
{
    IsoDir *folder = iso_image_get_root(writer->image);
    g_autoptr(GString) exact = g_string_new(NULL);

    for (guint i = 0; i + 1 < count; i++) {
        IsoNode *node = NULL;
        g_string_append_printf(exact, "/%s", parts[i]);
        if (!claim(writer, exact->str, TRUE, error))
            return NULL;
        if (iso_dir_get_node(folder, parts[i], &node) == 1) {
            if (!ISO_NODE_IS_DIR(node)) {
                bad_name(exact->str, "is both a file and a folder", error);
                return NULL;
            }
            folder = (IsoDir *)node;
        } else if (!check(iso_image_add_new_dir(writer->image, folder, parts[i], &folder), exact->str,
                          error)) {
            return NULL;
        }
    }
    return folder;
}

gboolean iso_writer_add(IsoWriter *writer, const char *path, ByteSource *content, GError **error)
{
    g_autoptr(ByteSource) owned = content;
    g_auto(GStrv) parts = g_strsplit(path, "/", MAX_DEPTH + 1);
    guint count = g_strv_length(parts);
    g_autofree char *exact = g_strconcat("/", path, NULL);

    if (count == 0 || count > MAX_DEPTH)
        return bad_name(path, "is empty or lies too deep", error);
    for (guint i = 0; i < count; i++) {
        const char *problem = disc_name_problem(parts[i]);
        if (problem != NULL)
            return bad_name(path, problem, error);
    }
    IsoDir *folder = make_folders(writer, parts, count, error);
    if (folder == NULL || !claim(writer, exact, FALSE, error))
        return FALSE;
    IsoStream *stream = iso_stream_from_source(g_steal_pointer(&owned), &writer->failure);
    if (check(iso_image_add_new_file(writer->image, folder, parts[count - 1], stream, NULL), path, error))
        return TRUE;
    iso_stream_unref(stream);
    return FALSE;
}

gboolean iso_writer_set_boot_image(IsoWriter *writer, const char *path, guint16 load_segment,
                                   guint16 load_size, GError **error)
{
    g_autofree char *image_path = g_strconcat("/", path, NULL);
    g_autofree char *folder = g_path_get_dirname(image_path);
    g_autofree char *catalogue = g_build_path("/", folder, BOOT_CATALOGUE, NULL);
    ElToritoBootImage *boot = NULL;

    if (!check(iso_image_set_boot_image(writer->image, image_path, ELTORITO_NO_EMUL, catalogue, &boot),
               "boot image", error))
        return FALSE;
    el_torito_set_load_seg(boot, (short)load_segment);
    el_torito_set_load_size(boot, (short)load_size);
    iso_image_set_boot_catalog_hidden(writer->image, LIBISO_HIDE_ON_RR | LIBISO_HIDE_ON_JOLIET);
    return TRUE;
}

static gboolean make_options(IsoWriteOpts **ret, GError **error)
{
    IsoWriteOpts *options = NULL;
    char uuid[] = FIXED_TIME_ISO;

    if (!check(iso_write_opts_new(&options, 0), "options", error))
        return FALSE;
    iso_write_opts_set_iso_level(options, 3);
    iso_write_opts_set_rockridge(options, 0);
    iso_write_opts_set_joliet(options, 1);
    iso_write_opts_set_omit_version_numbers(options, 1);
    iso_write_opts_set_no_force_dots(options, 1 | 2);
    iso_write_opts_set_allow_7bit_ascii(options, 1);
    iso_write_opts_set_allow_lowercase(options, 0);
    iso_write_opts_set_allow_deep_paths(options, 1);
    iso_write_opts_set_output_charset(options, "UTF-8");
    iso_write_opts_set_always_gmt(options, 1);
    iso_write_opts_set_replace_timestamps(options, 2);
    iso_write_opts_set_default_timestamp(options, FIXED_TIME);
    iso_write_opts_set_dir_rec_mtime(options, 1 | 2);
    iso_write_opts_set_pvd_times(options, FIXED_TIME, FIXED_TIME, 0, 0, uuid);
    *ret = options;
    return TRUE;
}

static gboolean copy_blocks(IsoWriter *writer, struct burn_source *source, OutputFile *output,
                            Progress *progress, GError **error)
{
    guint64 size = (guint64)source->get_size(source);
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);

    progress_begin(progress, "disc", size);
    if (!output_file_reserve(output, size, error))
        return FALSE;
    for (guint64 done = 0; done < size;) {
        int want = (int)MIN(size - done, READ_BYTES);
        int got =
            source->read != NULL ? source->read(source, buffer, want) : source->read_xt(source, buffer, want);
        if (!cancel_check(error) || iso_stream_failed(&writer->failure))
            return FALSE;
        if (got != want) {
            g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_IO,
                                "cannot build a disc image: libisofs stopped early");
            return FALSE;
        }
        if (!output_file_write(output, buffer, (gsize)got, error))
            return FALSE;
        done += (guint64)got;
        progress_set(progress, done);
    }
    return TRUE;
}

gboolean iso_writer_write(IsoWriter *writer, OutputFile *output, Progress *progress, GError **error)
{
    IsoWriteOpts *options = NULL;
    struct burn_source *source = NULL;
    g_autoptr(GError) local = NULL;

    if (!make_options(&options, error))
        return FALSE;
    gboolean written = check(iso_image_create_burn_source(writer->image, options, &source), "layout", &local);
    iso_write_opts_free(options);
    if (written) {
        written = copy_blocks(writer, source, output, progress, &local);
        if (!written && source->cancel != NULL)
            source->cancel(source);
        source->free_data(source); // waits for libisofs's writer thread
        free(source);
    }
    // What stopped a source explains more than what libisofs makes of it.
    if (iso_stream_failed(&writer->failure)) {
        g_propagate_error(error, g_steal_pointer(&writer->failure.error));
        return FALSE;
    }
    if (!written)
        g_propagate_error(error, g_steal_pointer(&local));
    return written;
}
