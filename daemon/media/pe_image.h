// SPDX-License-Identifier: GPL-3.0-or-later
// The headers of a Windows program in memory, without running or mapping it; every step is checked against
// the size. Layout: Microsoft's "PE Format" [D].
#pragma once

#include <glib.h>

#define PE_DIRECTORY_RESOURCE 2u
#define PE_DIRECTORY_SECURITY 4u // its address is an offset in the file

typedef struct {
    const guint8 *bytes; // borrowed
    gsize size;
    guint16 machine;
    gsize checksum_at;  // offset of the CheckSum field
    gsize directory_at; // offset of the first data directory entry
    guint directories;  // that are there
    const guint8 *sections;
    guint section_count;
} PeImage;

// FALSE if the bytes are no PE file with an optional header. @ret points into @bytes.
gboolean pe_image_read(const guint8 *bytes, gsize size, PeImage *ret);

// "amd64", "x86", "ia64", "arm", "arm64" or "other": IMAGE_FILE_MACHINE_*. Static storage.
const char *pe_image_machine(const PeImage *image);

// Address and size of a data directory; 0 and 0 if it is not there.
void pe_image_directory(const PeImage *image, guint index, guint32 *ret_address, guint32 *ret_size);

// Borrowed bytes at @offset of the file, or NULL if they are not all there.
const guint8 *pe_image_at(const PeImage *image, guint64 offset, gsize length);

// Where an address of the loaded image lies in the file; 0 if nowhere.
guint64 pe_image_file_offset(const PeImage *image, guint32 address);
