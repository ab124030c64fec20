// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a WIM that lies inside a disc image with wimlib, without copying it.
//
// wimlib wants a file that begins with the WIM. So a sparse file of the WIM's size is made that holds only
// what wimlib reads to know the WIM: header, blob table, XML data and the images' metadata, a few MB of 150.
// The blobs (file contents) are holes in it: who needs them reads them from the disc, at the offsets that
// wimlib reports. Whoever asks wimlib for file contents gets an error, as their hashes do not match.
#pragma once

#include <wimlib.h>

#include "wim_header.h"

// Opens `wim`. The sparse file is made in `directory` and has no name any more on return. The caller frees
// with wimlib_free(). Errors as for wim_header_check_supported(), MEDIA_ERROR_WIM_DAMAGED, _NO_SPACE, _IO.
WIMStruct *wim_outline_open(ByteSource *wim, const WimHeader *header, const char *directory, GError **error);
