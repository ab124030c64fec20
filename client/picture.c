// SPDX-License-Identifier: GPL-3.0-or-later
// PNG to pixels, and fewer of them. Drawing: picture_draw.c.
#include "client/picture.h"

#include <gio/gio.h>
#include <png.h>
#include <string.h>

static gboolean fail(GError **error, const char *why)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the picture cannot be read: %s", why);
    return FALSE;
}

static gboolean read_pixels(png_image *image, Picture *picture, GError **error)
{
    image->format = PNG_FORMAT_RGB;
    if (image->width == 0 || image->height == 0 || image->width > PICTURE_LONGEST ||
        image->height > PICTURE_LONGEST)
        return fail(error, "its size is absurd");
    picture->width = image->width;
    picture->height = image->height;
    picture->rgb = g_malloc(PNG_IMAGE_SIZE(*image));
    return png_image_finish_read(image, NULL, picture->rgb, 0, NULL) || fail(error, image->message);
}

Picture *picture_new_from_png(const void *bytes, gsize length, GError **error)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    Picture *picture = g_new0(Picture, 1);
    const gboolean ok = png_image_begin_read_from_memory(&image, bytes, length)
                            ? read_pixels(&image, picture, error)
                            : fail(error, image.message);
    png_image_free(&image);
    if (ok)
        return picture;
    picture_free(picture);
    return NULL;
}

void picture_free(Picture *picture)
{
    if (!picture)
        return;
    g_free(picture->rgb);
    g_free(picture);
}

// The mean of the rectangle from (@left, @top) to before (@right, @bottom).
static void mean(const Picture *picture, guint left, guint top, guint right, guint bottom, guint8 ret_rgb[3])
{
    guint64 sums[3] = { 0, 0, 0 };
    const guint64 count = (guint64)(right - left) * (bottom - top);
    for (guint y = top; y < bottom; y++) {
        const guint8 *at = picture->rgb + ((gsize)y * picture->width + left) * 3;
        for (guint x = left; x < right; x++, at += 3)
            for (int c = 0; c < 3; c++)
                sums[c] += at[c];
    }
    for (int c = 0; c < 3; c++)
        ret_rgb[c] = (guint8)((sums[c] + count / 2) / count);
}

Picture *picture_scaled(const Picture *picture, guint width, guint height)
{
    Picture *scaled = g_new0(Picture, 1);
    scaled->width = width;
    scaled->height = height;
    scaled->rgb = g_malloc((gsize)width * height * 3);
    for (guint y = 0; y < height; y++) {
        const guint top = y * picture->height / height,
                    bottom = MAX(top + 1, (y + 1) * picture->height / height);
        for (guint x = 0; x < width; x++) {
            const guint left = x * picture->width / width,
                        right = MAX(left + 1, (x + 1) * picture->width / width);
            mean(picture, left, top, right, bottom, scaled->rgb + ((gsize)y * width + x) * 3);
        }
    }
    return scaled;
}
