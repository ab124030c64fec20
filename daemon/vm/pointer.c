// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/pointer.h"

#include <string.h>

#define AXIS_MOST 32767u // "absolute … 0 to 0x7fff" (qapi/ui.json, InputMoveEvent)

static const char *const names[] = {
    [POINTER_LEFT] = "left", [POINTER_MIDDLE] = "middle", [POINTER_RIGHT] = "right"
};

gboolean pointer_button(const char *name, PointerButton *ret_button)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0) {
            *ret_button = (PointerButton)i;
            return TRUE;
        }
    return FALSE;
}

// The middle of the pixel.
static guint on_axis(guint pixel, guint size)
{
    return (guint)(((guint64)pixel * 2 + 1) * AXIS_MOST / ((guint64)size * 2));
}

char *pointer_move_command(guint x, guint y, guint width, guint height)
{
    return g_strdup_printf("{\"execute\":\"input-send-event\",\"arguments\":{\"events\":["
                           "{\"type\":\"abs\",\"data\":{\"axis\":\"x\",\"value\":%u}},"
                           "{\"type\":\"abs\",\"data\":{\"axis\":\"y\",\"value\":%u}}]}}",
                           on_axis(x, width), on_axis(y, height));
}

char *pointer_button_command(PointerButton button, gboolean down)
{
    return g_strdup_printf("{\"execute\":\"input-send-event\",\"arguments\":{\"events\":["
                           "{\"type\":\"btn\",\"data\":{\"down\":%s,\"button\":\"%s\"}}]}}",
                           down ? "true" : "false", names[button]);
}
