// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a screen on the command line: "X,Y,WIDTHxHEIGHT", pixels.
#pragma once

#include "common/json.h"

typedef struct {
    guint x, y, width, height;
} Region;

gboolean region_parse(const char *text, Region *ret_region);
// {"x","y","width","height"}. The caller owns the reference.
json_object *region_to_json(const Region *region);
