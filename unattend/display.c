// SPDX-License-Identifier: GPL-3.0-or-later
// Reading "display"; see display.h.
#include "unattend/display.h"

// libvirt's default for <model type='vga'>; Windows 7's VGA driver shows no more than what fits in there.
#define VIDEO_BYTES ((guint64)16 << 20)

static guint number(json_object *object, const char *name, gint64 least, gint64 most, Faults *faults)
{
    gint64 value = 0;
    json_get_int(object, "/display", name, least, most, &value, faults);
    return (guint)value;
}

static void check_depth(const DisplaySettings *display, Faults *faults)
{
    static const char *const allowed[] = { "16", "24", "32", NULL };
    if (display->depth != 0 && display->depth != 16 && display->depth != 24 && display->depth != 32)
        faults_add(faults, "/display/depth", "bad-value", allowed, "This must be 16, 24 or 32 bits.");
}

static void check_size(const DisplaySettings *display, Faults *faults)
{
    if ((display->width == 0) != (display->height == 0))
        faults_add(faults, display->width == 0 ? "/display/width" : "/display/height", "required", NULL,
                   "Width and height go together.");
    const guint64 bytes = (guint64)display->width * display->height * (display->depth == 16 ? 2 : 4);
    if (bytes > VIDEO_BYTES)
        faults_add(faults, "/display", "too-large", NULL,
                   "A picture of %u × %u does not fit the machine's 16 MiB of video memory.", display->width,
                   display->height);
}

void display_parse(DisplaySettings *display, json_object *request, Faults *faults)
{
    static const char *const members[] = { "width", "height", "depth", "dpi", "refresh_rate", NULL };
    json_object *object = NULL;
    if (!json_get_object(request, "", "display", &object, faults))
        return;
    json_check_members(object, "/display", members, faults);
    display->width = number(object, "width", 640, 4096, faults);
    display->height = number(object, "height", 480, 4096, faults);
    display->depth = number(object, "depth", 1, 64, faults);
    display->dpi = number(object, "dpi", 96, 480, faults);
    display->refresh = number(object, "refresh_rate", 50, 120, faults);
    check_depth(display, faults);
    check_size(display, faults);
}

gboolean display_is_set(const DisplaySettings *display)
{
    return display->width != 0 || display->depth != 0 || display->dpi != 0 || display->refresh != 0;
}
