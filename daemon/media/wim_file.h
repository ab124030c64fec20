// SPDX-License-Identifier: GPL-3.0-or-later
// One small file out of an image of a WIM that lies inside a disc image. Read straight from the image's
// metadata: wimlib would build a tree of all its 60,000 files first, in 60 MB of memory.
#pragma once

#include "wim_header.h"

// The content of `path` ('/' separated, ASCII, without regard to case) in image `index`, checked against its
// hash. NULL without error if there is no such file. At most `limit` bytes (MEDIA_ERROR_TOO_LARGE).
// MEDIA_ERROR_WIM_DAMAGED, _IO.
GBytes *wim_file_load(ByteSource *wim, const WimHeader *header, guint index, const char *path, gsize limit,
                      GError **error);
