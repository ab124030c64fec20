// SPDX-License-Identifier: GPL-3.0-or-later
// A picture in memory and on a terminal. It shows what a hostile guest draws, but the bytes come from sevend.
#pragma once

#include <glib.h>

typedef struct {
    guint width, height;
    guint8 *rgb; // 3 bytes a pixel, rows from the top
} Picture;

#define PICTURE_LONGEST 8192u // pixels of a side

// NULL with G_IO_ERROR if it is no PNG (libpng says why), or larger than PICTURE_LONGEST.
Picture *picture_new_from_png(const void *bytes, gsize length, GError **error);
void picture_free(Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

// Each pixel is the mean of those it stands for. @width, @height: 1 to PICTURE_LONGEST.
Picture *picture_scaled(const Picture *picture, guint width, guint height);

// ---- On a terminal: lines of at most @columns, at most @rows of them, in the picture's shape ----

typedef enum {
    PICTURE_KITTY,  // the terminal takes PNG (kitty's graphics protocol)
    PICTURE_ITERM,  // likewise (iTerm2's inline images)
    PICTURE_BLOCKS, // half blocks in two colours, two pixels a character
} PictureStyle;
// What the environment says of the terminal.
PictureStyle picture_style(void);
// How many columns and rows of characters, twice as high as wide, show the picture as large as may be.
void picture_fit(const Picture *picture, guint columns, guint rows, guint *ret_columns, guint *ret_rows);
// Appends @rows lines of @columns characters, each line ended by erasing what stands behind it.
void picture_draw_blocks(const Picture *picture, guint columns, guint rows, GString *text);
// Appends what makes the terminal draw the PNG over so many columns and rows; the cursor comes to the line
// below.
void picture_draw_png(PictureStyle style, const void *png, gsize length, guint columns, guint rows,
                      GString *text);
