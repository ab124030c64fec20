// SPDX-License-Identifier: GPL-3.0-or-later
// One WIM out of a delta WIM and the blobs that it leaves in its base, without recompressing and without
// copying.
#pragma once

#include "wim_header.h"

// `base_blobs` are the WimBlob that the delta's images use but does not hold; their offsets are in `base`.
// `delta` holds one image with its metadata, as wimlib writes it with WIMLIB_WRITE_FLAG_SKIP_EXTERNAL_WIMS;
// the result owns it. `base` must outlive the result. The result depends on nothing but these: GUID and times
// are derived, so the same inputs give the same bytes. Errors: MEDIA_ERROR_WIM_DAMAGED, _IO.
ByteSource *wim_splice(ByteSource *base, GArray *base_blobs, ByteSource *delta, GError **error);
