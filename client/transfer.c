// SPDX-License-Identifier: GPL-3.0-or-later
// Percentage, rate and remaining time of a transfer.
#include "client/transfer.h"

#include "client/terminal.h"

#define DRAW_US (G_USEC_PER_SEC / 4)

void transfer_begin(TransferLine *line, const char *title, FILE *stream, guint64 total)
{
    *line = (TransferLine){ .title = title, .stream = stream, .total = total };
    line->shown = terminal_can_redraw(stream);
    transfer_resume(line, 0);
}

void transfer_resume(TransferLine *line, guint64 done)
{
    line->done = line->first = done;
    line->started = g_get_monotonic_time();
}

char *transfer_text(const TransferLine *line, gint64 now)
{
    g_autofree char *done = g_format_size_full(line->done, G_FORMAT_SIZE_IEC_UNITS);
    g_autofree char *total = g_format_size_full(line->total, G_FORMAT_SIZE_IEC_UNITS);
    GString *text = g_string_new(NULL);
    if (line->total == 0) { // how much will come is not known
        g_string_printf(text, "%s  %s", line->title, done);
        return g_string_free(text, FALSE);
    }
    const guint64 percent = line->total ? line->done / MAX(line->total / 100, 1) : 100;
    g_string_printf(text, "%s  %" G_GUINT64_FORMAT " %%  %s of %s", line->title, MIN(percent, 100), done,
                    total);
    if (line->after && line->done == line->total) {
        g_string_append_printf(text, "; %s", line->after);
        return g_string_free(text, FALSE);
    }
    const double seconds = (double)(now - line->started) / G_USEC_PER_SEC;
    if (seconds < 1 || line->done <= line->first)
        return g_string_free(text, FALSE);
    const double rate = (double)(line->done - line->first) / seconds;
    g_autofree char *speed = g_format_size_full((guint64)rate, G_FORMAT_SIZE_IEC_UNITS);
    const guint64 left = (guint64)((double)(line->total - line->done) / rate);
    g_string_append_printf(text, "  %s/s  %" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT " left", speed,
                           left / 60, left % 60);
    return g_string_free(text, FALSE);
}

void transfer_set(TransferLine *line, guint64 done)
{
    const gint64 now = g_get_monotonic_time();
    line->done = done;
    if (!line->shown || now - line->drawn < DRAW_US)
        return;
    line->drawn = now;
    g_autofree char *text = transfer_text(line, now);
    g_autofree char *fitted = text_fit(text, terminal_width(line->stream) - 1, terminal_is_utf8());
    fprintf(line->stream, "\r%s\033[K", fitted);
    fflush(line->stream);
}

void transfer_end(TransferLine *line)
{
    if (!line->shown || !line->drawn)
        return;
    fprintf(line->stream, "\r\033[K");
    fflush(line->stream);
    line->drawn = 0;
}
