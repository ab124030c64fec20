// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a WIM is whole: its tables, which is cheap, or all of its contents, which reads and unpacks every
// byte. Reads the WIM where it lies in the disc image.
#pragma once

#include "progress.h"
#include "wim_header.h"

// Calls `function` for each entry of the blob table until it says FALSE. The table is read in pieces.
typedef gboolean (*WimBlobFunction)(const WimBlob *blob, gpointer data, GError **error);
gboolean wim_blobs_each(ByteSource *wim, const WimHeader *header, WimBlobFunction function, gpointer data,
                        GError **error);

// Every blob lies inside the file, is one of this part, and there are as many metadata as images.
// MEDIA_ERROR_WIM_DAMAGED.
gboolean wim_blobs_check(ByteSource *wim, const WimHeader *header, GError **error);

typedef struct {
    guint64 blobs;      // verified
    guint64 bytes;      // uncompressed
    gboolean has_table; // an integrity table was there, and held
} WimVerification;

// Unpacks every blob and compares it with its hash; where the WIM has an integrity table, checks that too.
// Reports compressed bytes to `progress`, in a step that the caller has begun, from *done on, which it
// advances. MEDIA_ERROR_WIM_DAMAGED names the first blob that is not what its hash says; _CANCELLED.
gboolean wim_blobs_verify(ByteSource *wim, const WimHeader *header, Progress *progress, guint64 *done,
                          WimVerification *ret, GError **error);
// What wim_blobs_verify() adds to *done in all.
guint64 wim_blobs_verify_size(const ByteSource *wim, const WimHeader *header);
