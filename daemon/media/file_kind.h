// SPDX-License-Identifier: GPL-3.0-or-later
// What a file is that is not the disc image it should be: people save all sorts of things as .iso.
#pragma once

#include "byte_source.h"
#include "media_error.h"

// Words that follow "is not a disc image but", static, and the error's code; NULL where nothing is
// recognised.
const char *file_kind(ByteSource *file, MediaError *ret_code);
