// SPDX-License-Identifier: GPL-3.0-or-later
// From the DOS header to the resource section to VS_FIXEDFILEINFO; every step is checked against the size.
#include "pe_version.h"

#include <string.h>

#include "little_endian.h"

#define MAX_SECTIONS     96 // Windows' own limit
#define MAX_ENTRIES      4096
#define RESOURCE_INDEX   2
#define RT_VERSION       16
#define MAGIC_PE32       0x10B
#define MAGIC_PE32_PLUS  0x20B
#define FIXED_INFO_MAGIC 0xFEEF04BDu
#define SUBDIRECTORY     0x80000000u
// VS_VERSIONINFO: three words, the key "VS_VERSION_INFO" with its NUL in UTF-16, padded to a multiple of
// four.
#define AT_FIXED_INFO 40

typedef struct {
    const guint8 *bytes;
    gsize size;
    const guint8 *sections;
    guint section_count;
} Image;

// Borrowed bytes at @offset, or NULL if they are not all there.
static const guint8 *at(const Image *image, guint64 offset, gsize length)
{
    return offset <= image->size && length <= image->size - offset ? image->bytes + offset : NULL;
}

// Where an address of the loaded image lies in the file; 0 if nowhere.
static guint64 file_offset(const Image *image, guint32 address)
{
    for (guint i = 0; i < image->section_count; i++) {
        const guint8 *section = image->sections + i * 40;
        const guint32 start = read_le32(section + 12), length = read_le32(section + 16);
        if (address >= start && address - start < length)
            return (guint64)read_le32(section + 20) + (address - start);
    }
    return 0;
}

// The address of the resource directory; 0 if there is none.
static guint32 find_resources(Image *image)
{
    const guint8 *dos = at(image, 0, 64);
    if (dos == NULL || memcmp(dos, "MZ", 2) != 0)
        return 0;
    const guint64 header = read_le32(dos + 60);
    const guint8 *pe = at(image, header, 24);
    if (pe == NULL || memcmp(pe, "PE\0\0", 4) != 0)
        return 0;
    const gsize optional_size = read_le16(pe + 20);
    const guint8 *optional = at(image, header + 24, optional_size);
    image->section_count = MIN(read_le16(pe + 6), MAX_SECTIONS);
    image->sections = at(image, header + 24 + optional_size, (gsize)image->section_count * 40);
    if (optional == NULL || optional_size < 2 || image->sections == NULL)
        return 0;
    const guint16 magic = read_le16(optional);
    const gsize directories = magic == MAGIC_PE32 ? 96 : magic == MAGIC_PE32_PLUS ? 112 : G_MAXSIZE;
    const gsize entry = directories + RESOURCE_INDEX * 8;
    if (directories == G_MAXSIZE || optional_size < entry + 8)
        return 0;
    return read_le32(optional + entry);
}

// The value of the entry with @id (0: of the first entry) in the resource directory at @offset of the tree.
static gboolean find_entry(const Image *image, guint64 tree, guint32 offset, guint32 id, guint32 *ret)
{
    const guint8 *directory = at(image, tree + offset, 16);
    if (directory == NULL)
        return FALSE;
    const guint count = MIN(read_le16(directory + 12) + read_le16(directory + 14), MAX_ENTRIES);
    const guint8 *entries = at(image, tree + offset + 16, (gsize)count * 8);
    for (guint i = 0; entries != NULL && i < count; i++) {
        if (id != 0 && read_le32(entries + i * 8) != id)
            continue;
        *ret = read_le32(entries + i * 8 + 4);
        return TRUE;
    }
    return FALSE;
}

static gboolean find_version_data(const Image *image, guint64 tree, const guint8 **ret_data, gsize *ret_size)
{
    guint32 value = 0;
    // Type, name, language: three levels, the first two of which must lead further down.
    for (guint level = 0; level < 3; level++) {
        if (level > 0 && (value & SUBDIRECTORY) == 0)
            return FALSE;
        if (!find_entry(image, tree, value & ~SUBDIRECTORY, level == 0 ? RT_VERSION : 0, &value))
            return FALSE;
    }
    const guint8 *data = (value & SUBDIRECTORY) != 0 ? NULL : at(image, tree + value, 16);
    const guint64 offset = data == NULL ? 0 : file_offset(image, read_le32(data));
    if (offset == 0)
        return FALSE;
    *ret_size = read_le32(data + 4);
    *ret_data = at(image, offset, *ret_size);
    return *ret_data != NULL;
}

gboolean pe_version_read(const guint8 *bytes, gsize size, PeVersion *ret)
{
    Image image = { .bytes = bytes, .size = size };
    const guint8 *data = NULL;
    gsize length = 0;
    const guint32 address = find_resources(&image);
    const guint64 tree = address == 0 ? 0 : file_offset(&image, address);

    if (tree == 0 || !find_version_data(&image, tree, &data, &length) || length < AT_FIXED_INFO + 16 ||
        read_le32(data + AT_FIXED_INFO) != FIXED_INFO_MAGIC)
        return FALSE;
    const guint32 high = read_le32(data + AT_FIXED_INFO + 8), low = read_le32(data + AT_FIXED_INFO + 12);
    *ret = (PeVersion){ (guint16)(high >> 16), (guint16)high, (guint16)(low >> 16), (guint16)low };
    return TRUE;
}
