// SPDX-License-Identifier: GPL-3.0-or-later
// Volume descriptors of ISO 9660 (ECMA-119 8), Joliet, El Torito and UDF (ECMA-167 2/9 and 3/8), as far as
// needed to tell what an image is and whether it was cut short.
#include "volume_descriptors.h"

#include <inttypes.h>
#include <string.h>

#include "disc_backend.h"
#include "little_endian.h"
#include "media_error.h"

#define FIRST_DESCRIPTOR     16
#define MAX_DESCRIPTORS      64
#define ISO_TYPE_BOOT_RECORD 0
#define ISO_TYPE_PRIMARY     1
#define ISO_TYPE_SUPPLEMENT  2
#define ISO_TYPE_TERMINATOR  255
#define UDF_ANCHOR_BLOCK     256
#define UDF_TAG_PARTITION    5
#define UDF_TAG_ANCHOR       2
#define UDF_TAG_TERMINATING  8
#define UDF_MAX_SEQUENCE     256 // blocks of a volume descriptor sequence; at least 16, ECMA-167 3/8.4.2

static gboolean check_inside(const ByteSource *image, const char *what, guint64 blocks, GError **error)
{
    if (blocks <= image->size / DISC_BLOCK_SIZE)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED,
                "truncated: the %s ends after %" PRIu64 " bytes, the file after %" PRIu64, what,
                blocks * DISC_BLOCK_SIZE, image->size);
    return FALSE;
}

static void note_volume_id(VolumeDescriptors *ret, const guint8 *block)
{
    memcpy(ret->volume_id, block + 40, 32);
    ret->volume_id[32] = '\0';
    for (char *c = ret->volume_id; *c != '\0'; c++) {
        if (!g_ascii_isprint(*c))
            *c = '_';
    }
    g_strchomp(ret->volume_id);
}

static gboolean is_joliet(const guint8 *block)
{
    // UCS-2 level 1, 2 and 3: Joliet specification, "Escape Sequences".
    return block[88] == '%' && block[89] == '/' && strchr("@CE", block[90]) != NULL && block[90] != '\0';
}

static gboolean note_iso_descriptor(ByteSource *image, const guint8 *block, guint64 offset,
                                    VolumeDescriptors *ret, GError **error)
{
    if (block[0] == ISO_TYPE_BOOT_RECORD && memcmp(block + 7, "EL TORITO SPECIFICATION", 23) == 0) {
        ret->el_torito_block = read_le32(block + 0x47);
        return TRUE;
    }
    if (block[0] != ISO_TYPE_PRIMARY && !(block[0] == ISO_TYPE_SUPPLEMENT && is_joliet(block)))
        return TRUE;
    if (read_le16(block + 128) != DISC_BLOCK_SIZE) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_AN_ISO, "has ISO 9660 blocks of %u bytes, not %u",
                    read_le16(block + 128), DISC_BLOCK_SIZE);
        return FALSE;
    }
    if (!check_inside(image, "ISO 9660 volume", read_le32(block + 80), error))
        return FALSE;
    if (block[0] == ISO_TYPE_SUPPLEMENT) {
        ret->has_joliet = TRUE;
        ret->joliet_root = offset + 156;
    } else if (!ret->has_iso9660) {
        ret->has_iso9660 = TRUE;
        ret->iso_root = offset + 156;
        note_volume_id(ret, block);
    }
    return TRUE;
}

// The ISO 9660 set and the UDF recognition sequence follow one another from block 16 on.
static gboolean read_recognition(ByteSource *image, VolumeDescriptors *ret, GError **error)
{
    guint8 block[DISC_BLOCK_SIZE];
    gboolean iso_ended = FALSE;

    for (guint i = 0; i < MAX_DESCRIPTORS; i++) {
        guint64 offset = (guint64)(FIRST_DESCRIPTOR + i) * DISC_BLOCK_SIZE;
        if (!byte_source_contains(image, offset, sizeof block))
            return TRUE;
        if (!byte_source_read(image, offset, block, sizeof block, error))
            return FALSE;
        const char *id = (const char *)block + 1;
        if (memcmp(id, "CD001", 5) == 0 && !iso_ended) {
            iso_ended = block[0] == ISO_TYPE_TERMINATOR;
            if (!note_iso_descriptor(image, block, offset, ret, error))
                return FALSE;
        } else if (memcmp(id, "NSR02", 5) == 0 || memcmp(id, "NSR03", 5) == 0) {
            ret->has_udf = TRUE;
        } else if (memcmp(id, "BEA01", 5) != 0 && memcmp(id, "TEA01", 5) != 0 &&
                   memcmp(id, "CD001", 5) != 0) {
            return TRUE;
        }
    }
    return TRUE;
}

// Finds the partition in the main volume descriptor sequence and compares its end with the file's.
static gboolean check_udf_size(ByteSource *image, GError **error)
{
    guint8 block[DISC_BLOCK_SIZE];

    if (!check_inside(image, "UDF volume", UDF_ANCHOR_BLOCK + 1, error) ||
        !byte_source_read(image, (guint64)UDF_ANCHOR_BLOCK * DISC_BLOCK_SIZE, block, sizeof block, error))
        return FALSE;
    if (read_le16(block) != UDF_TAG_ANCHOR)
        return TRUE; // the anchor may be elsewhere; libudfread decides
    guint32 blocks = MIN(read_le32(block + 16) / DISC_BLOCK_SIZE, UDF_MAX_SEQUENCE);
    guint64 start = read_le32(block + 20);

    for (guint32 i = 0; i < blocks; i++) {
        if (!check_inside(image, "UDF volume descriptor sequence", start + i + 1, error) ||
            !byte_source_read(image, (start + i) * DISC_BLOCK_SIZE, block, sizeof block, error))
            return FALSE;
        guint16 tag = read_le16(block);
        if (tag == UDF_TAG_TERMINATING)
            break;
        if (tag == UDF_TAG_PARTITION &&
            !check_inside(image, "UDF partition", (guint64)read_le32(block + 188) + read_le32(block + 192),
                          error))
            return FALSE;
    }
    return TRUE;
}

gboolean volume_descriptors_read(ByteSource *image, VolumeDescriptors *ret, GError **error)
{
    memset(ret, 0, sizeof *ret);
    if (!read_recognition(image, ret, error))
        return FALSE;
    if (!ret->has_iso9660 && !ret->has_udf) {
        g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_NOT_AN_ISO,
                            "is not a disc image: it has no ISO 9660 or UDF volume descriptor");
        return FALSE;
    }
    return !ret->has_udf || check_udf_size(image, error);
}
