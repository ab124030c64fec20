// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a screen: PNG as it is, PPM converted, anything else refused.
#include "daemon/vm/screenshot.h"

#include <png.h>
#include <string.h>

#include "daemon/vm/connection.h"

static GBytes *picture(const char *header, gsize pixels)
{
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)header, (guint)strlen(header));
    for (gsize i = 0; i < pixels * 3; i++) {
        guint8 value = (guint8)(i * 7);
        g_byte_array_append(bytes, &value, 1);
    }
    return g_byte_array_free_to_bytes(bytes);
}

static void test_ppm_becomes_a_png_of_the_same_pixels(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) ppm = picture("P6\n# QEMU\n5 3\n255\n", 15);
    g_autoptr(GBytes) png = screenshot_to_png(ppm, &error);
    png_image image = { .version = PNG_IMAGE_VERSION };
    guint8 pixels[5 * 3 * 3];

    g_assert_no_error(error);
    g_assert_true(
        png_image_begin_read_from_memory(&image, g_bytes_get_data(png, NULL), g_bytes_get_size(png)));
    g_assert_cmpuint(image.width, ==, 5);
    g_assert_cmpuint(image.height, ==, 3);
    image.format = PNG_FORMAT_RGB;
    g_assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    gsize length;
    const guint8 *source = g_bytes_get_data(ppm, &length);
    g_assert_cmpmem(pixels, sizeof pixels, source + length - sizeof pixels, sizeof pixels);
}

static void test_png_is_left_as_it_is(void)
{
    g_autoptr(GBytes) ppm = picture("P6 1 1 255\n", 1);
    g_autoptr(GBytes) png = screenshot_to_png(ppm, NULL);
    g_autoptr(GBytes) again = screenshot_to_png(png, NULL);

    g_assert_true(again == png);
}

static void test_anything_else_is_refused(void)
{
    static const char *const headers[] = {
        "",
        "P",
        "P6",
        "P6\n",
        "P6\n#",
        "P6 1 1 255",
        "P6 0 1 255\n",
        "P6 1 1 65535\n",
        "P6 2 2 255\n",
        "P6 99999999999999999999 1 255\n",
        "P6 16384 16384 255\n",
        "P5 1 1 255\n",
        "GIF89a",
        "\x89PNG",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) image = picture(headers[i], 1);
        g_assert_null(screenshot_to_png(image, &error));
        g_assert_error(error, VM_ERROR, VM_ERROR_FAILED);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screenshot/ppm-becomes-a-png-of-the-same-pixels",
                    test_ppm_becomes_a_png_of_the_same_pixels);
    g_test_add_func("/screenshot/png-is-left-as-it-is", test_png_is_left_as_it_is);
    g_test_add_func("/screenshot/anything-else-is-refused", test_anything_else_is_refused);
    return g_test_run();
}
