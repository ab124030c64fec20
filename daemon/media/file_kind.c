// SPDX-License-Identifier: GPL-3.0-or-later
// Signatures of what people save as .iso by mistake, from the formats' own specifications.
#include "file_kind.h"

#include <string.h>

#define START_BYTES  512
#define FOOTER_BYTES 512

typedef struct {
    gsize offset, length;
    const char *bytes;
    MediaError code;
    const char *kind;
} Signature;

// The first that fits names the file, so the vague ones come last.
static const Signature signatures[] = {
    { 0, 4, "PK\x03\x04", MEDIA_ERROR_PACKED_FILE, "a ZIP archive: unpack it first" },
    { 0, 4, "Rar!", MEDIA_ERROR_PACKED_FILE, "a RAR archive: unpack it first" },
    { 0, 6, "7z\xBC\xAF\x27\x1C", MEDIA_ERROR_PACKED_FILE, "a 7-Zip archive: unpack it first" },
    { 0, 2, "\x1F\x8B", MEDIA_ERROR_PACKED_FILE, "a gzip file: unpack it first" },
    { 0, 6, "\xFD\x37zXZ\0", MEDIA_ERROR_PACKED_FILE, "an xz file: unpack it first" },
    { 0, 3, "BZh", MEDIA_ERROR_PACKED_FILE, "a bzip2 file: unpack it first" },
    { 0, 4, "\x28\xB5\x2F\xFD", MEDIA_ERROR_PACKED_FILE, "a zstd file: unpack it first" },
    { 0, 4, "MSCF", MEDIA_ERROR_PACKED_FILE, "a cabinet file: unpack it first" },
    { 257, 5, "ustar", MEDIA_ERROR_PACKED_FILE, "a tar archive: unpack it first" },
    { 0, 8, "MSWIM\0\0\0", MEDIA_ERROR_BARE_WIM, "a WIM file, not the disc that holds it" },
    { 0, 8, "conectix", MEDIA_ERROR_DISK_IMAGE, "a virtual hard disk (VHD)" },
    { 0, 8, "vhdxfile", MEDIA_ERROR_DISK_IMAGE, "a virtual hard disk (VHDX)" },
    { 0, 4, "KDMV", MEDIA_ERROR_DISK_IMAGE, "a VMware disk (VMDK)" },
    { 0, 21, "# Disk DescriptorFile", MEDIA_ERROR_DISK_IMAGE, "a VMware disk (VMDK)" },
    { 0x40, 4, "\x7F\x10\xDA\xBE", MEDIA_ERROR_DISK_IMAGE, "a VirtualBox disk (VDI)" },
    { 0, 4, "QFI\xFB", MEDIA_ERROR_DISK_IMAGE, "a qcow2 disk image" },
    { 0, 12, "\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", MEDIA_ERROR_DISK_IMAGE,
      "a raw CD image (BIN) with sectors of 2352 bytes: convert it to an ISO image first" },
    { 0, 2, "MZ", MEDIA_ERROR_NOT_AN_ISO, "a Windows program" },
    { 0, 4,
      "\x7F"
      "ELF",
      MEDIA_ERROR_NOT_AN_ISO, "a Linux program" },
    { 0, 5, "%PDF-", MEDIA_ERROR_NOT_AN_ISO, "a PDF document" },
    { 0, 11, "d8:announce", MEDIA_ERROR_NOT_AN_ISO, "a BitTorrent file, not what it leads to" },
    { 510, 2, "\x55\xAA", MEDIA_ERROR_DISK_IMAGE, "an image of a hard disk or USB stick" },
};

static gboolean looks_like_html(const char *text, gsize length)
{
    g_autofree char *lower = g_ascii_strdown(text, (gssize)length);

    if (g_str_has_prefix(lower, "\xEF\xBB\xBF"))
        memset(lower, ' ', 3);
    const char *start = g_strchug(lower);
    return g_str_has_prefix(start, "<!doctype html") || g_str_has_prefix(start, "<html") ||
           g_str_has_prefix(start, "<head") || g_str_has_prefix(start, "<?xml");
}

// A VHD of fixed size has its only mark at its end.
static gboolean has_vhd_footer(ByteSource *file)
{
    char footer[8];

    return file->size >= FOOTER_BYTES &&
           byte_source_read(file, file->size - FOOTER_BYTES, footer, sizeof footer, NULL) &&
           memcmp(footer, "conectix", sizeof footer) == 0;
}

const char *file_kind(ByteSource *file, MediaError *ret_code)
{
    char start[START_BYTES];
    gsize length = (gsize)MIN(file->size, sizeof start);

    *ret_code = MEDIA_ERROR_EMPTY_FILE;
    if (length == 0)
        return "an empty file";
    if (!byte_source_read(file, 0, start, length, NULL))
        return NULL;
    *ret_code = MEDIA_ERROR_HTML_PAGE;
    if (looks_like_html(start, length))
        return "an HTML page: the download probably failed";
    *ret_code = MEDIA_ERROR_DISK_IMAGE;
    if (has_vhd_footer(file))
        return "a virtual hard disk (VHD)";
    for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++) {
        const Signature *signature = &signatures[i];
        if (length >= signature->offset + signature->length &&
            memcmp(start + signature->offset, signature->bytes, signature->length) == 0) {
            *ret_code = signature->code;
            return signature->kind;
        }
    }
    return NULL;
}
