// SPDX-License-Identifier: GPL-3.0-or-later
// Clicks as QEMU takes them, and parts of screens.
#include "daemon/vm/pointer.h"

#include <png.h>

#include "daemon/vm/screen_region.h"

static void a_pixel_is_its_middle_on_the_axes(void)
{
    g_autofree char *corner = pointer_move_command(0, 0, 1024, 768);
    g_assert_cmpstr(corner, ==,
                    "{\"execute\":\"input-send-event\",\"arguments\":{\"events\":["
                    "{\"type\":\"abs\",\"data\":{\"axis\":\"x\",\"value\":15}},"
                    "{\"type\":\"abs\",\"data\":{\"axis\":\"y\",\"value\":21}}]}}");
    // QEMU's tablet and Windows map the axis back onto pixels: each must come out as it went in.
    for (guint size = 1; size <= 2600; size += 7)
        for (guint pixel = 0; pixel < size; pixel += 3) {
            g_autofree char *command = pointer_move_command(pixel, 0, size, 1);
            const char *value = g_strstr_len(command, -1, "\"value\":") + 8;
            g_assert_cmpuint(g_ascii_strtoull(value, NULL, 10) * size / 32768, ==, pixel);
        }
}

static void buttons_have_names(void)
{
    PointerButton button = POINTER_LEFT;
    g_assert_true(pointer_button("right", &button));
    g_autofree char *down = pointer_button_command(button, TRUE);
    g_assert_cmpstr(down, ==,
                    "{\"execute\":\"input-send-event\",\"arguments\":{\"events\":["
                    "{\"type\":\"btn\",\"data\":{\"down\":true,\"button\":\"right\"}}]}}");
    g_assert_false(pointer_button("wheel", &button));
}

// 3 × 2, each pixel its number.
static GBytes *screen(int flags)
{
    static const guint8 pixels[] = { 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5 };
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = 3, .height = 2, .format = PNG_FORMAT_RGB, .flags = (guint)flags
    };
    png_alloc_size_t length = 0;
    g_assert_true(png_image_write_to_memory(&image, NULL, &length, 0, pixels, 0, NULL));
    guint8 *bytes = g_malloc(length);
    g_assert_true(png_image_write_to_memory(&image, bytes, &length, 0, pixels, 0, NULL));
    return g_bytes_new_take(bytes, length);
}

static void a_regions_hash_is_of_its_pixels(void)
{
    static const guint8 wanted[] = { 1, 1, 1, 2, 2, 2, 4, 4, 4, 5, 5, 5 };
    const ScreenRegion region = { 1, 0, 2, 2 };
    g_autoptr(GBytes) png = screen(0), fast = screen(PNG_IMAGE_FLAG_FAST);
    g_autofree char *hash = screen_region_hash(png, &region), *same = screen_region_hash(fast, &region);
    g_autofree char *plain = g_compute_checksum_for_data(G_CHECKSUM_SHA256, wanted, sizeof wanted);
    g_assert_cmpstr(hash, ==, plain);
    g_assert_cmpstr(same, ==, plain);
    guint width = 0, height = 0;
    g_assert_true(screen_size(png, &width, &height));
    g_assert_cmpuint(width, ==, 3);
    g_assert_cmpuint(height, ==, 2);
}

static void what_is_not_on_the_screen_has_none(void)
{
    static const ScreenRegion outside[] = { { 0, 0, 4, 1 }, { 0, 0, 1, 3 },         { 3, 0, 1, 1 },
                                            { 0, 0, 0, 1 }, { 1, 1, G_MAXUINT, 1 }, { G_MAXUINT, 0, 2, 1 } };
    g_autoptr(GBytes) png = screen(0), none = g_bytes_new_static("no picture", 10);
    for (gsize i = 0; i < G_N_ELEMENTS(outside); i++)
        g_assert_null(screen_region_hash(png, &outside[i]));
    const ScreenRegion one = { 0, 0, 1, 1 };
    g_assert_null(screen_region_hash(none, &one));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pointer/move", a_pixel_is_its_middle_on_the_axes);
    g_test_add_func("/pointer/button", buttons_have_names);
    g_test_add_func("/screen-region/hash", a_regions_hash_is_of_its_pixels);
    g_test_add_func("/screen-region/outside", what_is_not_on_the_screen_has_none);
    return g_test_run();
}
