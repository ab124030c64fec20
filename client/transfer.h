// SPDX-License-Identifier: GPL-3.0-or-later
// The line that shows how far a file is: "win7  45 %  1.4 GiB of 3.1 GiB  210 MiB/s  0:08 left". Knows bytes
// and time, not what is done with them.
#pragma once

#include <stdio.h>

#include <glib.h>

typedef struct {
    const char *title; // borrowed
    FILE *stream;
    const char *after; // what is waited for behind the last byte, or NULL; borrowed
    gboolean shown;    // FALSE: silent, where nothing can be drawn anew
    guint64 total, done;
    // Of the present stretch, for the rate: what was there before it does not count.
    guint64 first;
    gint64 started, drawn; // monotonic
} TransferLine;

// @total 0: not known. @stream: where a terminal is, else nothing is shown.
void transfer_begin(TransferLine *line, const char *title, FILE *stream, guint64 total);
// A stretch begins at byte @done: after a break, or at once.
void transfer_resume(TransferLine *line, guint64 done);
// Draws at most four times a second.
void transfer_set(TransferLine *line, guint64 done);
// Leaves the stream at the beginning of an empty line.
void transfer_end(TransferLine *line);
// The line's text; @now monotonic. The caller frees.
char *transfer_text(const TransferLine *line, gint64 now);
