// SPDX-License-Identifier: GPL-3.0-or-later
// Contents of a WIM that lies inside a disc image, unpacked where they lie: a chunk at a time, without wimlib
// opening the WIM, which needs a file of its own.
#pragma once

#include "wim_header.h"

typedef struct WimUnpacker WimUnpacker;

// For one WIM, which must outlive it. MEDIA_ERROR_WIM_DAMAGED.
WimUnpacker *wim_unpacker_new(ByteSource *wim, const WimHeader *header, GError **error);
void wim_unpacker_free(WimUnpacker *unpacker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WimUnpacker, wim_unpacker_free)

// Gets the content piece by piece; `packed` is how much of the WIM the piece took. FALSE stops.
typedef gboolean (*WimPieceFunction)(const guint8 *bytes, gsize length, guint64 packed, gpointer data,
                                     GError **error);

// Hands the whole content of `resource` to `function`. `what` is for error texts. MEDIA_ERROR_WIM_DAMAGED,
// _TRUNCATED, _IO, or the function's own.
gboolean wim_unpacker_read(WimUnpacker *unpacker, const WimResource *resource, const char *what,
                           WimPieceFunction function, gpointer data, GError **error);
// The content in memory; MEDIA_ERROR_TOO_LARGE beyond `limit` bytes.
GBytes *wim_unpacker_load(WimUnpacker *unpacker, const WimResource *resource, const char *what, gsize limit,
                          GError **error);
