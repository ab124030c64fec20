// SPDX-License-Identifier: GPL-3.0-or-later
// The descriptors at the front of a disc image: which file systems it claims to have and how large they are.
// Nothing here reads directories.
#pragma once

#include "byte_source.h"

typedef struct {
    gboolean has_iso9660;
    gboolean has_joliet;
    gboolean has_udf;
    guint64 iso_root;        // byte offset of the primary tree's root directory record
    guint64 joliet_root;     // the same for Joliet
    char volume_id[33];      // of the primary volume descriptor, trailing spaces removed
    guint32 el_torito_block; // boot catalogue, 0 without one
} VolumeDescriptors;

// Reads the descriptors and checks that what they describe lies inside the image. Errors:
// MEDIA_ERROR_NOT_AN_ISO when there are none, MEDIA_ERROR_TRUNCATED when the volume is larger than the image.
gboolean volume_descriptors_read(ByteSource *image, VolumeDescriptors *ret, GError **error);
