// SPDX-License-Identifier: GPL-3.0-or-later
// "display" of a request: Shell-Setup/Display of the installed system.
#pragma once

#include "common/json.h"

// 0: left to Windows.
typedef struct {
    guint width, height;
    guint depth;   // bits
    guint dpi;     // 96 to 480 [D]
    guint refresh; // Hz
} DisplaySettings;

// Adds faults. Width and height go together, and the picture must fit the video memory of the machines that
// sevend makes.
void display_parse(DisplaySettings *display, json_object *request, Faults *faults);
gboolean display_is_set(const DisplaySettings *display);
