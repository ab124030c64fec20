// SPDX-License-Identifier: GPL-3.0-or-later
// A machine's screen as a terminal shows it: read, made smaller, drawn.
#include "client/picture.h"

#include <gio/gio.h>
#include <locale.h>
#include <png.h>
#include <string.h>

// A PNG of these pixels; the caller unrefs.
static GBytes *png_of(guint width, guint height, const guint8 *rgb)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGB
    };
    png_alloc_size_t length = 0;
    g_assert_true(png_image_write_to_memory(&image, NULL, &length, 0, rgb, 0, NULL));
    guint8 *bytes = g_malloc(length);
    g_assert_true(png_image_write_to_memory(&image, bytes, &length, 0, rgb, 0, NULL));
    return g_bytes_new_take(bytes, length);
}

static Picture *read_back(GBytes *png)
{
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    const void *bytes = g_bytes_get_data(png, &length);
    Picture *picture = picture_new_from_png(bytes, length, &error);
    g_assert_no_error(error);
    return picture;
}

static const guint8 four[] = { 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255 }; // 2 × 2

static void a_picture_is_read(void)
{
    g_autoptr(GBytes) png = png_of(2, 2, four);
    g_autoptr(Picture) picture = read_back(png);
    g_assert_cmpuint(picture->width, ==, 2);
    g_assert_cmpuint(picture->height, ==, 2);
    g_assert_cmpmem(picture->rgb, 12, four, 12);
}

static void a_smaller_one_has_the_mean(void)
{
    g_autoptr(GBytes) png = png_of(2, 2, four);
    g_autoptr(Picture) picture = read_back(png);
    g_autoptr(Picture) one = picture_scaled(picture, 1, 1);
    static const guint8 mean[] = { 128, 128, 128 };
    g_assert_cmpmem(one->rgb, 3, mean, 3);
    g_autoptr(Picture) row = picture_scaled(picture, 2, 1);
    static const guint8 means[] = { 128, 0, 128, 128, 255, 128 };
    g_assert_cmpmem(row->rgb, 6, means, 6);
}

static void a_larger_one_repeats_its_pixels(void)
{
    static const guint8 one[] = { 1, 2, 3 }, three[] = { 1, 2, 3, 1, 2, 3, 1, 2, 3 };
    g_autoptr(GBytes) png = png_of(1, 1, one);
    g_autoptr(Picture) picture = read_back(png);
    g_autoptr(Picture) larger = picture_scaled(picture, 1, 3);
    g_assert_cmpmem(larger->rgb, 9, three, 9);
}

static void half_blocks_have_two_pixels_each(void)
{
    g_autoptr(GBytes) png = png_of(2, 2, four);
    g_autoptr(Picture) picture = read_back(png);
    g_autoptr(GString) text = g_string_new(NULL);
    picture_draw_blocks(picture, 2, 1, text);
    g_assert_cmpstr(
        text->str, ==,
        "\033[38;2;255;0;0m\033[48;2;0;0;255m▀\033[38;2;0;255;0m\033[48;2;255;255;255m▀\033[0m\033[K\n");
}

static void colours_are_told_once(void)
{
    static const guint8 black[24] = { 0 };
    g_autoptr(GBytes) png = png_of(4, 2, black);
    g_autoptr(Picture) picture = read_back(png);
    g_autoptr(GString) text = g_string_new(NULL);
    picture_draw_blocks(picture, 4, 1, text);
    g_assert_cmpstr(text->str, ==, "\033[38;2;0;0;0m\033[48;2;0;0;0m▀▀▀▀\033[0m\033[K\n");
}

static void it_keeps_its_shape(void)
{
    static const struct {
        guint width, height, columns, rows, wanted_columns, wanted_rows;
    } rows[] = {
        { 1024, 768, 80, 24, 64, 24 }, { 1024, 768, 40, 40, 40, 15 }, { 720, 400, 200, 50, 180, 50 },
        { 1, 1, 80, 24, 1, 1 },        { 8000, 1, 80, 24, 80, 1 },    { 1, 8000, 80, 24, 1, 24 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Picture picture = { rows[i].width, rows[i].height, NULL };
        guint columns = 0, lines = 0;
        picture_fit(&picture, rows[i].columns, rows[i].rows, &columns, &lines);
        g_assert_cmpuint(columns, ==, rows[i].wanted_columns);
        g_assert_cmpuint(lines, ==, rows[i].wanted_rows);
    }
}

static void png_goes_to_terminals_that_take_it(void)
{
    g_autofree guint8 *bytes = g_malloc0(4000); // two pieces of base64
    g_autoptr(GString) kitty = g_string_new(NULL), iterm = g_string_new(NULL);
    picture_draw_png(PICTURE_KITTY, bytes, 4000, 10, 3, kitty);
    g_assert_true(
        g_str_has_prefix(kitty->str, "\033_Ga=d,q=2\033\\\033_Ga=T,f=100,q=2,C=1,c=10,r=3,m=1;AAAA"));
    g_assert_nonnull(strstr(kitty->str, "\033\\\033_Gm=0;AAAA"));
    g_assert_true(g_str_has_suffix(kitty->str, "\033\\\n\n\n"));
    picture_draw_png(PICTURE_ITERM, "x", 1, 10, 3, iterm);
    g_assert_cmpstr(iterm->str, ==,
                    "\0337\033]1337;File=inline=1;width=10;height=3;preserveAspectRatio=0:eA==\a\0338\n\n\n");
}

static void what_is_no_picture_is_refused(void)
{
    g_autoptr(GBytes) png = png_of(2, 2, four);
    gsize length = 0;
    const guint8 *bytes = g_bytes_get_data(png, &length);
    for (gsize cut = 0; cut + 13 < length; cut++) { // the last 12 are the end chunk
        g_autoptr(GError) error = NULL;
        g_assert_null(picture_new_from_png(bytes, cut, &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *row = g_malloc0((PICTURE_LONGEST + 1) * 3);
    g_autoptr(GBytes) wide = png_of(PICTURE_LONGEST + 1, 1, row);
    const guint8 *wide_bytes = g_bytes_get_data(wide, &length);
    g_assert_null(picture_new_from_png(wide_bytes, length, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/picture/read", a_picture_is_read);
    g_test_add_func("/client/picture/mean", a_smaller_one_has_the_mean);
    g_test_add_func("/client/picture/larger", a_larger_one_repeats_its_pixels);
    g_test_add_func("/client/picture/blocks", half_blocks_have_two_pixels_each);
    g_test_add_func("/client/picture/colours", colours_are_told_once);
    g_test_add_func("/client/picture/shape", it_keeps_its_shape);
    g_test_add_func("/client/picture/png", png_goes_to_terminals_that_take_it);
    g_test_add_func("/client/picture/refused", what_is_no_picture_is_refused);
    return g_test_run();
}
