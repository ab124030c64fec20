// SPDX-License-Identifier: GPL-3.0-or-later
// What a person would do with a mouse, as QEMU's QMP takes it for its tablet (qapi/ui.json,
// input-send-event): positions, not movements, so that a click hits what the screenshot shows. Pure.
#pragma once

#include <glib.h>

typedef enum { POINTER_LEFT, POINTER_MIDDLE, POINTER_RIGHT } PointerButton;

// FALSE unless "left", "middle" or "right".
gboolean pointer_button(const char *name, PointerButton *ret_button);
// The pointer at a pixel of a screen of that size. The caller frees.
char *pointer_move_command(guint x, guint y, guint width, guint height);
char *pointer_button_command(PointerButton button, gboolean down);
