// SPDX-License-Identifier: GPL-3.0-or-later
// A screen as PNG, whatever the emulator gave. Pure: no libvirt call.
#pragma once

#include <glib.h>

// Bytes of a picture; and, for PPM, 24-bit pixels: 8192 × 8192 is refused, 4096 × 4096 is not.
#define SCREENSHOT_LIMIT (64u << 20)

// PNG is returned as it is (a new reference), PPM ("P6", 8 bits; QEMU before 7.1) converted, anything else
// VM_ERROR_FAILED.
GBytes *screenshot_to_png(GBytes *image, GError **error);
