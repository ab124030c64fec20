// SPDX-License-Identifier: GPL-3.0-or-later
// Writes an ISO 9660 image with Joliet from byte sources, in one pass, through libisofs.
//
// ISO 9660 names are upper case without version numbers and without forced dots: the BIOS loader looks for
// BOOTMGR, not BOOTMGR.;1 [P: mkwinpeimg; report on Windows 7]. Joliet keeps the names as given. The same
// files in the same order give the same bytes.
#pragma once

#include "byte_source.h"
#include "output_file.h"
#include "progress.h"

typedef struct IsoWriter IsoWriter;

// `volume_id`: at most 16 characters of [A-Z0-9_], which both trees can hold.
IsoWriter *iso_writer_new(const char *volume_id, GError **error);

// Adds a file; folders of its path are made. Takes `content`, also on failure. MEDIA_ERROR_BAD_NAME when a
// part of the path cannot be used (disc_name.h), lies deeper than seven folders, or differs from another only
// in case.
gboolean iso_writer_add(IsoWriter *writer, const char *path, ByteSource *content, GError **error);

// Makes the image bootable by BIOS without emulation. `path` was added before; it is not changed in any way
// (no boot information table). `load_size` is in sectors of 512 bytes.
gboolean iso_writer_set_boot_image(IsoWriter *writer, const char *path, guint16 load_segment,
                                   guint16 load_size, GError **error);

// Writes the image, reporting the step "disc". Errors of the sources come through as they are.
gboolean iso_writer_write(IsoWriter *writer, OutputFile *output, Progress *progress, GError **error);

void iso_writer_free(IsoWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IsoWriter, iso_writer_free)
