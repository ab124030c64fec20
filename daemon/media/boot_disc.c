// SPDX-License-Identifier: GPL-3.0-or-later
// Lays the boot disc out: bootmgr, the boot folder, sources/boot.wim and the El Torito entry.
#include "boot_disc.h"

#include <string.h>

#include "cancel.h"
#include "digest.h"
#include "iso_writer.h"
#include "output_file.h"
#include "windows_disc.h"

#define VOLUME_ID             "SEVEND_BOOT"
#define OUTPUT_MODE           0644
#define MAX_BOOT_FOLDER_FILES 4096u
#define PROMPT_FILE           "boot/bootfix.bin"
#define HASH_STEP             (1024u * 1024)
#define DEFAULT_BOOT_IMAGE    "boot/etfsboot.com"

// bootfix.bin asks for a key press; without it the loader starts at once (an empty one hangs [report, Windows
// 7]). boot.cat would be another disc's boot catalogue.
static const char *const left_out[] = { PROMPT_FILE, "boot/boot.cat" };

static gboolean is_left_out(const char *path, gboolean keep_prompt)
{
    if (keep_prompt && g_str_equal(path, PROMPT_FILE))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(left_out); i++) {
        if (g_str_equal(path, left_out[i]))
            return TRUE;
    }
    return FALSE;
}

// Adds a file of the vendor's disc. What is added reads from the disc's image when the disc is written.
gboolean boot_disc_add_vendor_file(IsoWriter *writer, WindowsDisc *disc, const char *from, const char *to,
                                   GError **error)
{
    ByteSource *file = disc_reader_open_file(disc->reader, from, error);

    return file != NULL && iso_writer_add(writer, to, file, error);
}

// The boot folder in lower case: Windows does not care, other loaders do. The boot image is added by itself.
static gboolean add_boot_folder(IsoWriter *writer, WindowsDisc *disc, const char *boot_image,
                                gboolean keep_prompt, GError **error)
{
    g_autoptr(GPtrArray) files = disc_reader_list_files(disc->reader, "boot", MAX_BOOT_FOLDER_FILES, error);

    for (guint i = 0; files != NULL && i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *lower = g_ascii_strdown(path, -1);
        if (is_left_out(lower, keep_prompt) || g_str_equal(lower, boot_image))
            continue;
        if (!boot_disc_add_vendor_file(writer, disc, path, lower, error))
            return FALSE;
    }
    return files != NULL;
}

static gboolean add_boot_image(IsoWriter *writer, WindowsDisc *disc, const char *path, GError **error)
{
    g_autoptr(GBytes) image = el_torito_image(disc->reader, &disc->el_torito, error);

    return image != NULL && iso_writer_add(writer, path, byte_source_from_bytes(image, path), error) &&
           iso_writer_set_boot_image(writer, path, disc->el_torito.load_segment, disc->el_torito.load_size,
                                     error);
}

static gboolean hash_source(Digest *digest, const char *path, ByteSource *file, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(HASH_STEP);
    g_autofree char *header = g_strdup_printf("%s %" G_GUINT64_FORMAT "\n", path, file->size);

    digest_update(digest, header, strlen(header));
    for (guint64 done = 0; done < file->size; done += HASH_STEP) {
        const gsize step = (gsize)MIN(file->size - done, HASH_STEP);
        if (!cancel_check(error) || !byte_source_read(file, done, buffer, step, error))
            return FALSE;
        digest_update(digest, buffer, step);
    }
    return TRUE;
}

static gboolean hash_vendor_file(Digest *digest, WindowsDisc *disc, const char *path, GError **error)
{
    g_autoptr(ByteSource) file = disc_reader_open_file(disc->reader, path, error);
    g_autofree char *lower = g_ascii_strdown(path, -1);

    return file != NULL && hash_source(digest, lower, file, error);
}

char *boot_disc_sources_sha256(WindowsDisc *disc, GError **error)
{
    g_autoptr(GPtrArray) files = disc_reader_list_files(disc->reader, "boot", MAX_BOOT_FOLDER_FILES, error);
    g_autoptr(GBytes) image = files == NULL ? NULL : el_torito_image(disc->reader, &disc->el_torito, error);
    g_autoptr(ByteSource) image_file = image == NULL ? NULL : byte_source_from_bytes(image, "boot image");
    g_autoptr(Digest) digest = image == NULL ? NULL : digest_new(DIGEST_SHA256, error);

    if (digest == NULL || !hash_source(digest, "sources/boot.wim", disc->boot_file, error) ||
        !hash_vendor_file(digest, disc, "bootmgr", error))
        return NULL;
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *lower = g_ascii_strdown(path, -1);
        if (!is_left_out(lower, FALSE) && !hash_vendor_file(digest, disc, path, error))
            return NULL;
    }
    g_autofree char *entry =
        g_strdup_printf("el torito %u %u %s", disc->el_torito.load_segment, disc->el_torito.load_size,
                        disc->boot_image_path == NULL ? DEFAULT_BOOT_IMAGE : disc->boot_image_path);
    return hash_source(digest, entry, image_file, error) ? digest_hex(digest) : NULL;
}

gboolean boot_disc_lay_out(IsoWriter *writer, WindowsDisc *disc, ByteSource *boot_wim, gboolean keep_prompt,
                           GError **error)
{
    g_autofree char *boot_image =
        g_ascii_strdown(disc->boot_image_path == NULL ? DEFAULT_BOOT_IMAGE : disc->boot_image_path, -1);
    // Takes boot_wim whatever happens, so it goes first.
    gboolean added = iso_writer_add(writer, "sources/boot.wim", boot_wim, error);

    return added && boot_disc_add_vendor_file(writer, disc, "bootmgr", "bootmgr", error) &&
           add_boot_folder(writer, disc, boot_image, keep_prompt, error) &&
           add_boot_image(writer, disc, boot_image, error);
}

// The boot.wim of the boot disc. It reads from the vendor's image when it is written.
ByteSource *boot_disc_make_wim(const BootDiscRequest *request, WindowsDisc *disc, const OutputFile *output,
                               const char *scratch, BootDiscResult *result, Progress *progress,
                               GError **error)
{
    g_auto(BootStaging) staging = { 0 };
    g_autofree char *root = g_strconcat(output_file_partial_path(output), ".tree", NULL);

    if (!boot_staging_fill(&staging, root, windows_disc_architecture(disc), request->drivers,
                           request->start_cmd, request->agent, error))
        return NULL;
    result->drvload = g_ptr_array_ref(staging.drvload);
    return boot_wim_build(disc->boot, staging.additions, staging.bytes, scratch, progress, error);
}

gboolean boot_disc_build(const BootDiscRequest *request, BootDiscResult *ret, Progress *progress,
                         GError **error)
{
    g_auto(BootDiscResult) result = { 0 };
    g_autofree char *scratch = g_path_get_dirname(request->output);
    // Declared in this order because the writer reads from the disc until it is freed.
    g_autoptr(OutputFile) output = output_file_new(request->output, OUTPUT_MODE, DIGEST_XXH128, error);
    if (output == NULL)
        return FALSE;
    output_file_may_be_lost(output); // the cache verifies what it finds after a start, and builds it anew
    g_autoptr(WindowsDisc) disc = windows_disc_open(request->disc, scratch, error);
    if (disc == NULL)
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
    if (!boot_disc_lay_out(writer, disc, boot_wim, FALSE, error) ||
        !iso_writer_write(writer, output, progress, error) || !output_file_commit(output, error))
        return FALSE;
    result.size = output_file_size(output);
    result.hash = output_file_digest(output);
    *ret = result;
    memset(&result, 0, sizeof result); // handed over
    return TRUE;
}

void boot_disc_result_clear(BootDiscResult *result)
{
    g_clear_pointer(&result->hash, g_free);
    g_clear_pointer(&result->drvload, g_ptr_array_unref);
}
