// SPDX-License-Identifier: GPL-3.0-or-later
// Progress lines, limited to ten a second so that a reader is never flooded.
#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"

#define LINE_INTERVAL_US (G_USEC_PER_SEC / 10)

gboolean progress_print_line(const char *json)
{
    g_autofree char *line = g_strconcat(json, "\n", NULL);
    const char *rest = line;
    gsize length = strlen(line);

    // One write() a line: a reader that polls never sees half of one.
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, rest, length);
        if (written < 0 && errno == EINTR && !cancel_requested()) // a reader may have stopped reading
            continue;
        if (written < 0) {
            if (errno == EPIPE)
                cancel_because_output_closed();
            return FALSE;
        }
        rest += written;
        length -= (gsize)written;
    }
    return TRUE;
}

static void print(Progress *progress)
{
    g_autofree char *line =
        g_strdup_printf("{\"progress\":{\"step\":\"%s\",\"done\":%" PRIu64 ",\"total\":%" PRIu64 "}}",
                        progress->step, progress->done, progress->total);
    progress_print_line(line);
    progress->last_line = g_get_monotonic_time();
}

void progress_begin(Progress *progress, const char *step, guint64 total)
{
    if (progress == NULL)
        return;
    progress->step = step;
    progress->done = 0;
    progress->total = total;
    print(progress);
}

void progress_set(Progress *progress, guint64 done)
{
    if (progress == NULL || progress->step == NULL || done <= progress->done)
        return;
    progress->done = MIN(done, progress->total);
    if (progress->done == progress->total || g_get_monotonic_time() - progress->last_line >= LINE_INTERVAL_US)
        print(progress);
}
