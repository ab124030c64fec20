// SPDX-License-Identifier: GPL-3.0-or-later
// The fixed header of a WIM and the entries of its blob table, read and written as bytes. Layout: Microsoft's
// "Windows Imaging File Format (WIM)" paper of 2007, and wimlib's include/wimlib/header.h.
#pragma once

#include "byte_source.h"

#define WIM_HEADER_SIZE     208
#define WIM_BLOB_ENTRY_SIZE 50
#define WIM_HASH_SIZE       20 // SHA-1

typedef enum {
    WIM_RESOURCE_METADATA = 0x02,
    WIM_RESOURCE_COMPRESSED = 0x04,
    WIM_RESOURCE_SOLID = 0x10,
} WimResourceFlags;

// Where a resource lies in the file.
typedef struct {
    guint64 offset;
    guint64 size; // in the file, bytes
    guint64 uncompressed_size;
    guint8 flags; // WimResourceFlags
} WimResource;

typedef struct {
    guint32 version;
    guint32 flags;
    guint32 chunk_size;
    guint8 guid[16];
    guint16 part_number;
    guint16 total_parts;
    guint32 image_count;
    guint32 boot_index; // 1-based, 0 for none
    WimResource blob_table;
    WimResource xml;
    WimResource boot_metadata;
    WimResource integrity;
} WimHeader;

typedef struct {
    WimResource resource;
    guint16 part_number;
    guint32 reference_count;
    guint8 hash[WIM_HASH_SIZE];
} WimBlob;

// Reads a header and checks that what it points to lies inside `wim`. Errors: MEDIA_ERROR_UNSUPPORTED_WIM for
// pipable WIMs, MEDIA_ERROR_WIM_DAMAGED for what is no WIM.
gboolean wim_header_read(ByteSource *wim, WimHeader *ret, GError **error);

// Whether Windows 7 can read such a WIM: MEDIA_ERROR_ESD_IMAGE (solid, LZMS), _SPLIT_WIM, and
// _UNSUPPORTED_WIM for unfinished ones [D: Windows 7 reads neither]. `name` is for the message.
gboolean wim_header_check_supported(const WimHeader *header, const char *name, GError **error);

void wim_header_write(const WimHeader *header, guint8 bytes[WIM_HEADER_SIZE]);
void wim_blob_write(const WimBlob *blob, guint8 bytes[WIM_BLOB_ENTRY_SIZE]);
void wim_blob_parse(const guint8 bytes[WIM_BLOB_ENTRY_SIZE], WimBlob *ret);
