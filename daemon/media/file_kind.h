// SPDX-License-Identifier: GPL-3.0-or-later
// Says what a file is that was taken for a disc image and is none. Only for error texts.
#pragma once

#include "byte_source.h"

// For example "an HTML page (the download probably failed)"; NULL when unknown. Static storage.
const char *file_kind(ByteSource *file);
