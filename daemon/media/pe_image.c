// SPDX-License-Identifier: GPL-3.0-or-later
// From the DOS header to the data directories and sections.
#include "pe_image.h"

#include <string.h>

#include "little_endian.h"

#define MAX_SECTIONS    96 // Windows' own limit
#define MAX_DIRECTORIES 16
#define MAGIC_PE32      0x10B
#define MAGIC_PE32_PLUS 0x20B
#define AT_CHECKSUM     64 // in the optional header, of both kinds

static const struct {
    guint16 machine;
    const char *name;
} machines[] = {
    { 0x8664, "amd64" }, { 0x014C, "x86" }, { 0x0200, "ia64" }, { 0x01C4, "arm" }, { 0xAA64, "arm64" },
};

const guint8 *pe_image_at(const PeImage *image, guint64 offset, gsize length)
{
    return offset <= image->size && length <= image->size - offset ? image->bytes + offset : NULL;
}

gboolean pe_image_read(const guint8 *bytes, gsize size, PeImage *ret)
{
    PeImage image = { .bytes = bytes, .size = size };
    const guint8 *dos = pe_image_at(&image, 0, 64);
    if (dos == NULL || memcmp(dos, "MZ", 2) != 0)
        return FALSE;
    const gsize header = read_le32(dos + 60);
    const guint8 *pe = pe_image_at(&image, header, 24);
    if (pe == NULL || memcmp(pe, "PE\0\0", 4) != 0)
        return FALSE;
    const gsize optional_size = read_le16(pe + 20);
    const guint8 *optional = pe_image_at(&image, header + 24, optional_size);
    image.machine = read_le16(pe + 4);
    image.section_count = MIN(read_le16(pe + 6), MAX_SECTIONS);
    image.sections = pe_image_at(&image, header + 24 + optional_size, (gsize)image.section_count * 40);
    if (optional == NULL || optional_size < 2 || image.sections == NULL)
        return FALSE;
    const guint16 magic = read_le16(optional);
    const gsize directories = magic == MAGIC_PE32 ? 96 : magic == MAGIC_PE32_PLUS ? 112 : G_MAXSIZE;
    if (directories == G_MAXSIZE || optional_size < directories)
        return FALSE;
    image.checksum_at = header + 24 + AT_CHECKSUM;
    image.directory_at = header + 24 + directories;
    // The number that the header gives, no more than Windows knows and the header has room for.
    image.directories = MIN(read_le32(optional + directories - 4), MAX_DIRECTORIES);
    image.directories = (guint)MIN(image.directories, (optional_size - directories) / 8);
    *ret = image;
    return TRUE;
}

const char *pe_image_machine(const PeImage *image)
{
    for (gsize i = 0; i < G_N_ELEMENTS(machines); i++) {
        if (machines[i].machine == image->machine)
            return machines[i].name;
    }
    return "other";
}

void pe_image_directory(const PeImage *image, guint index, guint32 *ret_address, guint32 *ret_size)
{
    const gboolean there = index < image->directories;
    const guint8 *entry = image->bytes + image->directory_at + (gsize)index * 8;
    *ret_address = there ? read_le32(entry) : 0;
    *ret_size = there ? read_le32(entry + 4) : 0;
}

guint64 pe_image_file_offset(const PeImage *image, guint32 address)
{
    for (guint i = 0; i < image->section_count; i++) {
        const guint8 *section = image->sections + (gsize)i * 40;
        const guint32 start = read_le32(section + 12), length = read_le32(section + 16);
        if (address >= start && address - start < length)
            return (guint64)read_le32(section + 20) + (address - start);
    }
    return 0;
}
