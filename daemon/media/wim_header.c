// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes to structures and back, with every range checked on the way in.
#include "wim_header.h"

#include <string.h>

#include "little_endian.h"
#include "media_error.h"

#define MAGIC                  "MSWIM\0\0\0"
#define PIPABLE_MAGIC          "WLPWM\0\0\0"
#define VERSION_SOLID          0x0E00u
#define FLAG_SPANNED           0x00000008u
#define FLAG_WRITE_IN_PROGRESS 0x00000040u
#define FLAG_COMPRESS_LZMS     0x00080000u
#define MAX_IMAGES             1024u
#define MAX_XML_SIZE           (4u * 1024 * 1024)
#define MAX_BLOB_TABLE_SIZE    (64u * 1024 * 1024)
#define AT_VERSION             12
#define AT_FLAGS               16
#define AT_CHUNK_SIZE          20
#define AT_GUID                24
#define AT_PART_NUMBER         40
#define AT_TOTAL_PARTS         42
#define AT_IMAGE_COUNT         44
#define AT_BLOB_TABLE          48
#define AT_XML                 72
#define AT_BOOT_METADATA       96
#define AT_BOOT_INDEX          120
#define AT_INTEGRITY           124
#define RESOURCE_SIZE_MASK     0x00FFFFFFFFFFFFFFull
#define RESOURCE_ENTRY_SIZE    24

static void parse_resource(const guint8 *bytes, WimResource *ret)
{
    guint64 size_and_flags = read_le64(bytes);

    ret->size = size_and_flags & RESOURCE_SIZE_MASK;
    ret->flags = (guint8)(size_and_flags >> 56);
    ret->offset = read_le64(bytes + 8);
    ret->uncompressed_size = read_le64(bytes + 16);
}

static void write_resource(const WimResource *resource, guint8 *bytes)
{
    write_le64(bytes, (resource->size & RESOURCE_SIZE_MASK) | (guint64)resource->flags << 56);
    write_le64(bytes + 8, resource->offset);
    write_le64(bytes + 16, resource->uncompressed_size);
}

static gboolean check_table(const ByteSource *wim, const WimResource *resource, const char *what,
                            guint64 limit, GError **error)
{
    // Both tables are stored as they are in every WIM that Windows 7 reads.
    if ((resource->flags & (WIM_RESOURCE_COMPRESSED | WIM_RESOURCE_SOLID)) == 0 &&
        resource->size == resource->uncompressed_size && resource->size <= limit &&
        byte_source_contains(wim, resource->offset, resource->size))
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED,
                "%s: its %s lies outside the file or is too large", wim->name, what);
    return FALSE;
}

static gboolean parse_header(const guint8 *bytes, const ByteSource *wim, WimHeader *ret, GError **error)
{
    ret->version = read_le32(bytes + AT_VERSION);
    ret->flags = read_le32(bytes + AT_FLAGS);
    ret->chunk_size = read_le32(bytes + AT_CHUNK_SIZE);
    memcpy(ret->guid, bytes + AT_GUID, sizeof ret->guid);
    ret->part_number = read_le16(bytes + AT_PART_NUMBER);
    ret->total_parts = read_le16(bytes + AT_TOTAL_PARTS);
    ret->image_count = read_le32(bytes + AT_IMAGE_COUNT);
    ret->boot_index = read_le32(bytes + AT_BOOT_INDEX);
    parse_resource(bytes + AT_BLOB_TABLE, &ret->blob_table);
    parse_resource(bytes + AT_XML, &ret->xml);
    parse_resource(bytes + AT_BOOT_METADATA, &ret->boot_metadata);
    parse_resource(bytes + AT_INTEGRITY, &ret->integrity);
    if (read_le32(bytes + 8) == WIM_HEADER_SIZE && ret->image_count <= MAX_IMAGES)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: its WIM header is damaged", wim->name);
    return FALSE;
}

gboolean wim_header_read(ByteSource *wim, WimHeader *ret, GError **error)
{
    guint8 bytes[WIM_HEADER_SIZE];

    memset(ret, 0, sizeof *ret);
    if (wim->size < sizeof bytes) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: is too short for a WIM", wim->name);
        return FALSE;
    }
    if (!byte_source_read(wim, 0, bytes, sizeof bytes, error))
        return FALSE;
    if (memcmp(bytes, PIPABLE_MAGIC, 8) == 0) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_UNSUPPORTED_WIM,
                    "%s: is a pipable WIM, which Windows 7 cannot read", wim->name);
        return FALSE;
    }
    if (memcmp(bytes, MAGIC, 8) != 0) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: is not a WIM file", wim->name);
        return FALSE;
    }
    if (!parse_header(bytes, wim, ret, error))
        return FALSE;
    // The blob table of a solid WIM may be compressed; such a WIM is refused later, by a better name.
    if (ret->version != VERSION_SOLID &&
        !check_table(wim, &ret->blob_table, "blob table", MAX_BLOB_TABLE_SIZE, error))
        return FALSE;
    return check_table(wim, &ret->xml, "XML data", MAX_XML_SIZE, error);
}

gboolean wim_header_check_supported(const WimHeader *header, const char *name, GError **error)
{
    const char *reason = NULL;
    MediaError code = MEDIA_ERROR_UNSUPPORTED_WIM;

    if (header->version == VERSION_SOLID || (header->flags & FLAG_COMPRESS_LZMS) != 0) {
        code = MEDIA_ERROR_ESD_IMAGE;
        reason = "is an ESD (solid or LZMS-compressed) image";
    } else if (header->total_parts != 1 || (header->flags & FLAG_SPANNED) != 0) {
        code = MEDIA_ERROR_SPLIT_WIM;
        reason = "is one part of a split WIM";
    } else if ((header->flags & FLAG_WRITE_IN_PROGRESS) != 0)
        reason = "was never finished by the program that wrote it";
    if (reason == NULL)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, (int)code, "%s: %s, which Windows 7 cannot read", name, reason);
    return FALSE;
}

void wim_header_write(const WimHeader *header, guint8 bytes[WIM_HEADER_SIZE])
{
    memset(bytes, 0, WIM_HEADER_SIZE);
    memcpy(bytes, MAGIC, 8);
    write_le32(bytes + 8, WIM_HEADER_SIZE);
    write_le32(bytes + AT_VERSION, header->version);
    write_le32(bytes + AT_FLAGS, header->flags);
    write_le32(bytes + AT_CHUNK_SIZE, header->chunk_size);
    memcpy(bytes + AT_GUID, header->guid, sizeof header->guid);
    write_le16(bytes + AT_PART_NUMBER, header->part_number);
    write_le16(bytes + AT_TOTAL_PARTS, header->total_parts);
    write_le32(bytes + AT_IMAGE_COUNT, header->image_count);
    write_le32(bytes + AT_BOOT_INDEX, header->boot_index);
    write_resource(&header->blob_table, bytes + AT_BLOB_TABLE);
    write_resource(&header->xml, bytes + AT_XML);
    write_resource(&header->boot_metadata, bytes + AT_BOOT_METADATA);
    write_resource(&header->integrity, bytes + AT_INTEGRITY);
}

void wim_blob_write(const WimBlob *blob, guint8 bytes[WIM_BLOB_ENTRY_SIZE])
{
    write_resource(&blob->resource, bytes);
    write_le16(bytes + RESOURCE_ENTRY_SIZE, blob->part_number);
    write_le32(bytes + RESOURCE_ENTRY_SIZE + 2, blob->reference_count);
    memcpy(bytes + RESOURCE_ENTRY_SIZE + 6, blob->hash, WIM_HASH_SIZE);
}

void wim_blob_parse(const guint8 bytes[WIM_BLOB_ENTRY_SIZE], WimBlob *ret)
{
    parse_resource(bytes, &ret->resource);
    ret->part_number = read_le16(bytes + RESOURCE_ENTRY_SIZE);
    ret->reference_count = read_le32(bytes + RESOURCE_ENTRY_SIZE + 2);
    memcpy(ret->hash, bytes + RESOURCE_ENTRY_SIZE + 6, WIM_HASH_SIZE);
}
