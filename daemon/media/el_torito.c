// SPDX-License-Identifier: GPL-3.0-or-later
// Reading of the boot catalogue ("El Torito" Bootable CD-ROM Format Specification 1.0, section 2).
#include "el_torito.h"

#include <string.h>

#include "disc_backend.h"
#include "little_endian.h"
#include "media_error.h"
#include "volume_descriptors.h"

#define ENTRY_SIZE            32
#define VALIDATION_HEADER     0x01
#define BOOTABLE              0x88
#define EMULATION_MASK        0x0F
#define VIRTUAL_SECTOR        512u
#define PLATFORM_X86          0
#define MAX_BOOT_FOLDER_FILES 4096u

static gboolean fail(GError **error, const char *reason)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NO_EL_TORITO, "the disc cannot be booted by a BIOS: %s",
                reason);
    return FALSE;
}

static gboolean valid_catalogue(const guint8 *validation)
{
    guint16 sum = 0;

    for (guint i = 0; i < ENTRY_SIZE; i += 2)
        sum = (guint16)(sum + read_le16(validation + i));
    return validation[0] == VALIDATION_HEADER && validation[30] == 0x55 && validation[31] == 0xAA && sum == 0;
}

gboolean el_torito_read(DiscReader *reader, ElTorito *ret, GError **error)
{
    ByteSource *image = disc_reader_image(reader);
    VolumeDescriptors volume;
    guint8 catalogue[2 * ENTRY_SIZE];
    const guint8 *entry = catalogue + ENTRY_SIZE;

    if (!volume_descriptors_read(image, &volume, error))
        return FALSE;
    if (volume.el_torito_block == 0)
        return fail(error, "it has no El Torito boot record");
    guint64 offset = (guint64)volume.el_torito_block * DISC_BLOCK_SIZE;
    if (!byte_source_read(image, offset, catalogue, sizeof catalogue, error))
        return FALSE;
    if (!valid_catalogue(catalogue))
        return fail(error, "its boot catalogue is damaged");
    if (entry[0] != BOOTABLE)
        return fail(error, "its boot catalogue's default entry is not bootable");
    if (catalogue[1] != PLATFORM_X86)
        return fail(error, "its boot catalogue is for another platform than x86 BIOS");
    if ((entry[1] & EMULATION_MASK) != 0)
        return fail(error, "its boot image emulates a floppy or hard disk");

    ret->platform = catalogue[1];
    ret->emulation = entry[1] & EMULATION_MASK;
    ret->load_segment = read_le16(entry + 2);
    ret->load_size = MAX(read_le16(entry + 6), 1); // BIOSes load at least one
    ret->image_block = read_le32(entry + 8);
    if (byte_source_contains(image, (guint64)ret->image_block * DISC_BLOCK_SIZE,
                             (guint64)ret->load_size * VIRTUAL_SECTOR))
        return TRUE;
    g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED,
                        "truncated: the El Torito boot image lies beyond the end of the file");
    return FALSE;
}

char *el_torito_image_path(DiscReader *reader, const ElTorito *entry)
{
    g_autoptr(GPtrArray) files = disc_reader_list_files(reader, "boot", MAX_BOOT_FOLDER_FILES, NULL);

    for (guint i = 0; files != NULL && i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        guint32 block = 0;
        if (disc_reader_first_block(reader, path, &block) && block == entry->image_block)
            return g_strdup(path);
    }
    return NULL;
}

GBytes *el_torito_image(DiscReader *reader, const ElTorito *entry, GError **error)
{
    ByteSource *image = disc_reader_image(reader);
    g_autofree char *path = el_torito_image_path(reader, entry);
    guint64 offset = (guint64)entry->image_block * DISC_BLOCK_SIZE;
    guint64 size = (guint64)entry->load_size * VIRTUAL_SECTOR;

    if (path != NULL) {
        g_autoptr(ByteSource) file = disc_reader_open_file(reader, path, NULL);
        // The load size is 16 bits, so a longer file is only taken within the same bound.
        if (file != NULL && file->size <= (guint64)G_MAXUINT16 * VIRTUAL_SECTOR)
            size = MAX(size, file->size);
    }
    size = MIN(size, image->size - offset);
    g_autofree guint8 *data = g_malloc(size);
    if (!byte_source_read(image, offset, data, (gsize)size, error))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&data), (gsize)size);
}
