// SPDX-License-Identifier: GPL-3.0-or-later
// See screenshot.h. The picture comes from a QEMU that a hostile guest may have taken over.
#include "daemon/vm/screenshot.h"

#include <png.h>
#include <string.h>

#include "daemon/vm/connection.h"

typedef struct {
    const guint8 *at, *end;
} Cursor;

static void skip_space_and_comments(Cursor *cursor)
{
    while (cursor->at < cursor->end) {
        if (*cursor->at == '#')
            while (cursor->at < cursor->end && *cursor->at != '\n')
                cursor->at++;
        else if (!g_ascii_isspace(*cursor->at))
            return;
        else
            cursor->at++;
    }
}

// 0 if there is no number of at most 16384.
static guint read_number(Cursor *cursor)
{
    guint value = 0;

    skip_space_and_comments(cursor);
    for (; cursor->at < cursor->end && g_ascii_isdigit(*cursor->at); cursor->at++) {
        value = value * 10 + (guint)(*cursor->at - '0');
        if (value > 16384)
            return 0;
    }
    return value;
}

// The pixels of a PPM with 8 bits a colour (netpbm's ppm(5)), or NULL.
static const guint8 *parse_ppm(const guint8 *bytes, gsize length, guint *ret_width, guint *ret_height)
{
    Cursor cursor = { bytes + 2, bytes + length };

    if (length < 2 || memcmp(bytes, "P6", 2) != 0)
        return NULL;
    guint width = read_number(&cursor);
    guint height = read_number(&cursor);
    guint maximum = read_number(&cursor);
    if (width == 0 || height == 0 || maximum != 255 || cursor.at == cursor.end ||
        !g_ascii_isspace(*cursor.at))
        return NULL;
    cursor.at++;
    if ((gsize)(cursor.end - cursor.at) < (gsize)width * height * 3)
        return NULL;
    *ret_width = width;
    *ret_height = height;
    return cursor.at;
}

static GBytes *write_png(const guint8 *pixels, guint width, guint height)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGB
    };
    png_alloc_size_t length = 0;

    // First for the size.
    if (!png_image_write_to_memory(&image, NULL, &length, 0, pixels, 0, NULL))
        return NULL;
    g_autofree guint8 *png = g_malloc(length);
    if (!png_image_write_to_memory(&image, png, &length, 0, pixels, 0, NULL))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&png), length);
}

GBytes *screenshot_to_png(GBytes *image, GError **error)
{
    gsize length;
    guint width = 0, height = 0;
    const guint8 *bytes = g_bytes_get_data(image, &length);

    if (length >= 8 && png_sig_cmp(bytes, 0, 8) == 0)
        return g_bytes_ref(image);
    const guint8 *pixels = length <= SCREENSHOT_LIMIT ? parse_ppm(bytes, length, &width, &height) : NULL;
    GBytes *png = pixels ? write_png(pixels, width, height) : NULL;
    if (png == NULL)
        g_set_error(error, VM_ERROR, VM_ERROR_FAILED, "the screen is neither PNG nor PPM");
    return png;
}
