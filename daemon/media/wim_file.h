// SPDX-License-Identifier: GPL-3.0-or-later
// One small file out of an image of a WIM that lies inside a disc image.
#pragma once

#include "wim_header.h"

// The content of `path` ('/' separated, without regard to case) in image `index`, checked against its hash.
// NULL without error if there is no such file. At most `limit` bytes (MEDIA_ERROR_TOO_LARGE). `scratch` is a
// directory for temporary files. Errors: MEDIA_ERROR_WIM_DAMAGED, _UNSUPPORTED_WIM, _NO_SPACE, _IO.
GBytes *wim_file_load(ByteSource *wim, const WimHeader *header, guint index, const char *path, gsize limit,
                      const char *scratch, GError **error);
