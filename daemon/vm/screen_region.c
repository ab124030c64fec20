// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/screen_region.h"

#include <png.h>

#define SIDE_LIMIT 8192u

static gboolean begin(GBytes *png, png_image *image)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(png, &length);
    *image = (png_image){ .version = PNG_IMAGE_VERSION };
    return png_image_begin_read_from_memory(image, bytes, length) && image->width <= SIDE_LIMIT &&
           image->height <= SIDE_LIMIT;
}

gboolean screen_size(GBytes *png, guint *ret_width, guint *ret_height)
{
    png_image image;
    const gboolean ok = begin(png, &image);
    *ret_width = ok ? image.width : 0;
    *ret_height = ok ? image.height : 0;
    png_image_free(&image);
    return ok;
}

static char *hash(const guint8 *pixels, guint stride, const ScreenRegion *region)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint row = 0; row < region->height; row++)
        g_checksum_update(checksum, pixels + (gsize)(region->y + row) * stride + (gsize)region->x * 3,
                          (gssize)region->width * 3);
    return g_strdup(g_checksum_get_string(checksum));
}

static gboolean lies_within(const ScreenRegion *region, guint width, guint height)
{
    return region->width > 0 && region->height > 0 && region->x < width && region->y < height &&
           region->width <= width - region->x && region->height <= height - region->y;
}

char *screen_region_hash(GBytes *png, const ScreenRegion *region)
{
    png_image image;
    g_autofree guint8 *pixels = NULL;
    char *text = NULL;
    if (begin(png, &image) && lies_within(region, image.width, image.height)) {
        image.format = PNG_FORMAT_RGB;
        pixels = g_malloc(PNG_IMAGE_SIZE(image));
        if (png_image_finish_read(&image, NULL, pixels, 0, NULL))
            text = hash(pixels, image.width * 3, region);
    }
    png_image_free(&image);
    return text;
}
