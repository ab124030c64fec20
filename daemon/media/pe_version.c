// SPDX-License-Identifier: GPL-3.0-or-later
// From the resource directory to VS_FIXEDFILEINFO; every step is checked against the size.
#include "pe_version.h"

#include <string.h>

#include "little_endian.h"
#include "pe_image.h"

#define MAX_ENTRIES      4096
#define RT_VERSION       16
#define FIXED_INFO_MAGIC 0xFEEF04BDu
#define SUBDIRECTORY     0x80000000u
// VS_VERSIONINFO: three words, the key "VS_VERSION_INFO" with its NUL in UTF-16, padded to a multiple of
// four.
#define AT_FIXED_INFO 40

// The value of the entry with @id (0: of the first entry) in the resource directory at @offset of the tree.
static gboolean find_entry(const PeImage *image, guint64 tree, guint32 offset, guint32 id, guint32 *ret)
{
    const guint8 *directory = pe_image_at(image, tree + offset, 16);
    if (directory == NULL)
        return FALSE;
    const guint count = MIN(read_le16(directory + 12) + read_le16(directory + 14), MAX_ENTRIES);
    const guint8 *entries = pe_image_at(image, tree + offset + 16, (gsize)count * 8);
    for (guint i = 0; entries != NULL && i < count; i++) {
        if (id != 0 && read_le32(entries + i * 8) != id)
            continue;
        *ret = read_le32(entries + i * 8 + 4);
        return TRUE;
    }
    return FALSE;
}

static gboolean find_version_data(const PeImage *image, guint64 tree, const guint8 **ret_data,
                                  gsize *ret_size)
{
    guint32 value = 0;
    // Type, name, language: three levels, the first two of which must lead further down.
    for (guint level = 0; level < 3; level++) {
        if (level > 0 && (value & SUBDIRECTORY) == 0)
            return FALSE;
        if (!find_entry(image, tree, value & ~SUBDIRECTORY, level == 0 ? RT_VERSION : 0, &value))
            return FALSE;
    }
    const guint8 *data = (value & SUBDIRECTORY) != 0 ? NULL : pe_image_at(image, tree + value, 16);
    const guint64 offset = data == NULL ? 0 : pe_image_file_offset(image, read_le32(data));
    if (offset == 0)
        return FALSE;
    *ret_size = read_le32(data + 4);
    *ret_data = pe_image_at(image, offset, *ret_size);
    return *ret_data != NULL;
}

gboolean pe_version_read(const guint8 *bytes, gsize size, PeVersion *ret)
{
    PeImage image;
    const guint8 *data = NULL;
    gsize length = 0;
    guint32 address = 0, tree_size = 0;

    if (!pe_image_read(bytes, size, &image))
        return FALSE;
    pe_image_directory(&image, PE_DIRECTORY_RESOURCE, &address, &tree_size);
    const guint64 tree = address == 0 ? 0 : pe_image_file_offset(&image, address);
    if (tree == 0 || !find_version_data(&image, tree, &data, &length) || length < AT_FIXED_INFO + 16 ||
        read_le32(data + AT_FIXED_INFO) != FIXED_INFO_MAGIC)
        return FALSE;
    const guint32 high = read_le32(data + AT_FIXED_INFO + 8), low = read_le32(data + AT_FIXED_INFO + 12);
    *ret = (PeVersion){ (guint16)(high >> 16), (guint16)high, (guint16)(low >> 16), (guint16)low };
    return TRUE;
}
