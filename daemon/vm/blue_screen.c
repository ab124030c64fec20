// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/blue_screen.h"

#include <png.h>

#define SIDE_LIMIT 4096u
// In thousandths of the picture.
#define LEAST_BLUE  600u
#define LEAST_LIGHT 5u // a few lines of text
#define MOST_OTHER  5u // a cursor
// The text's left edge: so much of the width.
#define MARGIN_PART 20u

typedef struct {
    guint64 blue, light, other, at_margin;
} Counts;

static void count(const guint8 *pixel, gboolean at_margin, Counts *counts)
{
    const guint8 red = pixel[0], green = pixel[1], blue = pixel[2];
    if (red <= 0x28 && green <= 0x28 && blue >= 0x70 && blue <= 0xb8) {
        counts->blue++;
    } else if (red >= 0xa0 && green >= 0xa0 && blue >= 0xa0) {
        counts->light++;
        counts->at_margin += at_margin;
    } else {
        counts->other++;
    }
}

static gboolean judge(const guint8 *pixels, guint width, guint height)
{
    Counts counts = { 0, 0, 0, 0 };
    const guint64 all = (guint64)width * height;
    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
            count(pixels + ((gsize)y * width + x) * 3, x < width / MARGIN_PART, &counts);
    return counts.blue * 1000 >= all * LEAST_BLUE && counts.light * 1000 >= all * LEAST_LIGHT &&
           counts.other * 1000 <= all * MOST_OTHER && counts.at_margin > 0;
}

gboolean blue_screen_is(GBytes *png)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(png, &length);
    png_image image = { .version = PNG_IMAGE_VERSION };
    gboolean is = FALSE;
    if (png_image_begin_read_from_memory(&image, bytes, length) && image.width > 0 && image.height > 0 &&
        image.width <= SIDE_LIMIT && image.height <= SIDE_LIMIT) {
        image.format = PNG_FORMAT_RGB;
        g_autofree guint8 *pixels = g_malloc(PNG_IMAGE_SIZE(image));
        is = png_image_finish_read(&image, NULL, pixels, 0, NULL) && judge(pixels, image.width, image.height);
    }
    png_image_free(&image);
    return is;
}
