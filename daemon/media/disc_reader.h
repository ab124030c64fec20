// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a disc image: one interface to UDF, Joliet and plain ISO 9660. The image is untrusted: every offset
// and length is checked against the file.
//
// Real Windows 7 discs are UDF bridges whose ISO 9660 tree holds little more than README.TXT, so UDF wins
// where present, then Joliet, then ISO 9660. Paths are relative to the root, with '/', and are matched
// without regard to case because real discs differ in it.
#pragma once

#include "byte_source.h"

typedef enum {
    DISC_FILESYSTEM_UDF,
    DISC_FILESYSTEM_JOLIET,
    DISC_FILESYSTEM_ISO9660,
} DiscFilesystem;

typedef struct DiscReader DiscReader;

// Opens an image. Errors: MEDIA_ERROR_NOT_FOUND, _NOT_AN_ISO (says what the file is instead, where that is
// known), _TRUNCATED (the volume is larger than the file), _IO.
DiscReader *disc_reader_open(const char *path, GError **error);
void disc_reader_free(DiscReader *reader);

// The whole image; borrowed.
ByteSource *disc_reader_image(DiscReader *reader);
DiscFilesystem disc_reader_filesystem(const DiscReader *reader);
// The words of the interface: "udf", "joliet", "iso9660".
const char *disc_filesystem_name(DiscFilesystem filesystem);
// Of the ISO 9660 primary volume descriptor where there is one, else of UDF. Never NULL; borrowed.
const char *disc_reader_volume_id(const DiscReader *reader);

// A file of the disc; the reader must outlive it. MEDIA_ERROR_NOT_FOUND when there is none of that name,
// MEDIA_ERROR_TRUNCATED when it reaches beyond the end of the image.
ByteSource *disc_reader_open_file(DiscReader *reader, const char *path, GError **error);

// Whether a file or directory of that name exists; FALSE also when the disc cannot be read there.
gboolean disc_reader_exists(DiscReader *reader, const char *path);

// The block of the disc in which the file's data begin; FALSE when unknown or there is no such file.
gboolean disc_reader_first_block(DiscReader *reader, const char *path, guint32 *ret_block);

// The relative paths (char *, exact spelling, '/') of all files below a directory, sorted. At most `limit`
// files and eight levels, else MEDIA_ERROR_TOO_LARGE.
GPtrArray *disc_reader_list_files(DiscReader *reader, const char *directory, guint limit, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DiscReader, disc_reader_free)
