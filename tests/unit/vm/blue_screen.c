// SPDX-License-Identifier: GPL-3.0-or-later
// A blue screen is known, and what looks a little like one is not taken for it.
#include "daemon/vm/blue_screen.h"

#include <png.h>
#include <string.h>

#define WIDTH  640
#define HEIGHT 480

typedef struct {
    guint8 rgb[HEIGHT][WIDTH][3];
} Screen;

static void fill(Screen *screen, int left, int top, int right, int bottom, const guint8 colour[3])
{
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            memcpy(screen->rgb[y][x], colour, 3);
}

// Every other pixel of a line of letters.
static void write_line(Screen *screen, int left, int top, int letters, const guint8 colour[3])
{
    for (int x = left; x < left + letters * 8; x += 2)
        for (int y = top; y < top + 12; y += 2)
            memcpy(screen->rgb[y][x], colour, 3);
}

static gboolean is_blue_screen(const Screen *screen)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = WIDTH, .height = HEIGHT, .format = PNG_FORMAT_RGB
    };
    png_alloc_size_t length = 0;
    g_assert_true(png_image_write_to_memory(&image, NULL, &length, 0, screen->rgb, 0, NULL));
    guint8 *bytes = g_malloc(length);
    g_assert_true(png_image_write_to_memory(&image, bytes, &length, 0, screen->rgb, 0, NULL));
    g_autoptr(GBytes) png = g_bytes_new_take(bytes, length);
    return blue_screen_is(png);
}

static const guint8 vga_blue[] = { 0, 0, 0xa8 }, dark_blue[] = { 0, 0, 0x80 }, white[] = { 255, 255, 255 },
                    grey[] = { 0xc0, 0xc0, 0xc0 }, teal[] = { 0, 0xa8, 0xa8 }, sky[] = { 0x1d, 0x5f, 0x9e };

static void draw(Screen *screen, const guint8 *background, const guint8 *text, int left)
{
    fill(screen, 0, 0, WIDTH, HEIGHT, background);
    for (int line = 0; line < 12; line++)
        write_line(screen, left, 8 + line * 18, 40, text);
}

static void text_on_blue_from_the_left_is_one(void)
{
    g_autofree Screen *screen = g_new0(Screen, 1);
    draw(screen, vga_blue, white, 0);
    g_assert_true(is_blue_screen(screen));
    draw(screen, dark_blue, grey, 4);
    g_assert_true(is_blue_screen(screen));
}

static void others_are_none(void)
{
    g_autofree Screen *screen = g_new0(Screen, 1);
    g_assert_false(is_blue_screen(screen)); // black
    fill(screen, 0, 0, WIDTH, HEIGHT, vga_blue);
    g_assert_false(is_blue_screen(screen)); // nothing on it
    draw(screen, sky, white, 0);
    g_assert_false(is_blue_screen(screen)); // another blue
    draw(screen, teal, white, 0);
    g_assert_false(is_blue_screen(screen));
    draw(screen, vga_blue, white, 200);
    g_assert_false(is_blue_screen(screen)); // centred
    draw(screen, vga_blue, white, 0);
    fill(screen, 100, 300, 300, 400, teal);
    g_assert_false(is_blue_screen(screen)); // a picture on it
    fill(screen, 0, 0, WIDTH, HEIGHT, vga_blue);
    fill(screen, 0, 100, WIDTH, 400, grey);
    g_assert_false(is_blue_screen(screen)); // a box
}

static void what_is_no_picture_is_none(void)
{
    g_autoptr(GBytes) none = g_bytes_new_static("no picture", 10);
    g_assert_false(blue_screen_is(none));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/blue-screen/is", text_on_blue_from_the_left_is_one);
    g_test_add_func("/blue-screen/others", others_are_none);
    g_test_add_func("/blue-screen/no-picture", what_is_no_picture_is_none);
    return g_test_run();
}
