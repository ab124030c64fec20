// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a screen, and whether it shows the same as before. Pure: no libvirt call.
#pragma once

#include <glib.h>

typedef struct {
    guint x, y, width, height; // pixels
} ScreenRegion;

// Size of the screen. FALSE if it is no PNG.
gboolean screen_size(GBytes *png, guint *ret_width, guint *ret_height);
// SHA-256 of the region's pixels, row by row, as 8-bit RGB: the same however the PNG is packed. NULL if it is
// no PNG, or the region is not wholly on the screen. The caller frees.
char *screen_region_hash(GBytes *png, const ScreenRegion *region);
