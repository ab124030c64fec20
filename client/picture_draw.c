// SPDX-License-Identifier: GPL-3.0-or-later
// A picture by what a terminal understands: pixels (kitty's graphics protocol; iTerm2's inline images) or
// characters in two colours.
#include "client/picture.h"

#include <string.h>

#define CHUNK_CHARACTERS 4096 // kitty's limit for one piece of base64

PictureStyle picture_style(void)
{
    const char *program = g_getenv("TERM_PROGRAM");
    const char *term = g_getenv("TERM");
    if (g_getenv("KITTY_WINDOW_ID") || (term && strstr(term, "kitty")) || g_strcmp0(program, "ghostty") == 0)
        return PICTURE_KITTY;
    if (g_strcmp0(program, "iTerm.app") == 0 || g_strcmp0(program, "WezTerm") == 0)
        return PICTURE_ITERM;
    return PICTURE_BLOCKS;
}

void picture_fit(const Picture *picture, guint columns, guint rows, guint *ret_columns, guint *ret_rows)
{
    const guint most_columns = CLAMP(columns, 1, picture->width),
                most_rows = CLAMP(rows, 1, (picture->height + 1) / 2);
    // A row of characters is two pixels of a column's width high.
    const guint by_rows = (guint)((guint64)most_rows * 2 * picture->width / picture->height);
    *ret_columns = CLAMP(by_rows, 1, most_columns);
    const guint by_columns =
        (guint)(((guint64)*ret_columns * picture->height + picture->width) / (2 * (guint64)picture->width));
    *ret_rows = CLAMP(by_columns, 1, most_rows);
}

static gboolean same(const guint8 *left, const guint8 *right)
{
    return left && right && memcmp(left, right, 3) == 0;
}

void picture_draw_blocks(const Picture *picture, guint columns, guint rows, GString *text)
{
    g_autoptr(Picture) small = picture_scaled(picture, columns, rows * 2);
    for (guint row = 0; row < rows; row++) {
        const guint8 *upper = small->rgb + (gsize)row * 2 * columns * 3, *lower = upper + (gsize)columns * 3;
        const guint8 *front = NULL, *back = NULL; // as the terminal has them
        for (guint x = 0; x < columns; x++, upper += 3, lower += 3) {
            if (!same(front, upper))
                g_string_append_printf(text, "\033[38;2;%u;%u;%um", upper[0], upper[1], upper[2]);
            if (!same(back, lower))
                g_string_append_printf(text, "\033[48;2;%u;%u;%um", lower[0], lower[1], lower[2]);
            front = upper;
            back = lower;
            g_string_append(text, "▀");
        }
        g_string_append(text, "\033[0m\033[K\n");
    }
}

static void draw_kitty(const char *base64, guint columns, guint rows, GString *text)
{
    gsize left = strlen(base64);
    // q=2: no answers. The old picture goes, or each would stay in the terminal's memory.
    g_string_append_printf(text, "\033_Ga=d,q=2\033\\\033_Ga=T,f=100,q=2,C=1,c=%u,r=%u,m=%d;", columns, rows,
                           left > CHUNK_CHARACTERS);
    for (gboolean first = TRUE; first || left > 0; first = FALSE) {
        const gsize length = MIN(left, CHUNK_CHARACTERS);
        left -= length;
        if (!first)
            g_string_append_printf(text, "\033_Gm=%d;", left > 0);
        g_string_append_len(text, base64, (gssize)length);
        g_string_append(text, "\033\\");
        base64 += length;
    }
}

void picture_draw_png(PictureStyle style, const void *png, gsize length, guint columns, guint rows,
                      GString *text)
{
    g_autofree char *base64 = g_base64_encode(png, length);
    if (style == PICTURE_KITTY)
        draw_kitty(base64, columns, rows, text);
    else
        g_string_append_printf(
            text, "\0337\033]1337;File=inline=1;width=%u;height=%u;preserveAspectRatio=0:%s\a\0338", columns,
            rows, base64);
    for (guint row = 0; row < rows; row++)
        g_string_append(text, "\n");
}
