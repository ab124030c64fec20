// SPDX-License-Identifier: GPL-3.0-or-later
// The boot.wim of the boot disc: the vendor's Setup image alone, marked bootable, with files added.
//
// Made in one pass. wimlib changes the image's tree and writes a small "delta" WIM: the new metadata and the
// added files only. The vendor's blobs keep their compressed bytes; they are laid out together with the
// delta's as one WIM that exists only as a chain of byte ranges (wim_splice.h) and is written once, straight
// onto the disc.
#pragma once

#include "boot_wim.h"
#include "progress.h"

// A host file or folder and where it goes. A folder is merged into one that is there; a file replaces one.
// Paths in the image are matched without regard to case, and the image's spelling stays.
typedef struct {
    char *source; // path on the host; its time stamps become those in the image
    char *target; // path in the image, '/' separated
} BootWimAddition;

void boot_wim_addition_free(BootWimAddition *addition);

// Builds it. `boot` gives up its wimlib handle. `scratch` is for temporary files, which have no names on
// return. `added_bytes` is the size of all additions, for progress. The result reads from boot->source, which
// must outlive it. Errors: MEDIA_ERROR_WIM_DAMAGED, _UNSUPPORTED_WIM, _NO_SPACE, _IO, _CANCELLED.
ByteSource *boot_wim_build(BootWim *boot, const GPtrArray *additions, guint64 added_bytes,
                           const char *scratch, Progress *progress, GError **error);
