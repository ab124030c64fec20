// SPDX-License-Identifier: GPL-3.0-or-later
// Progress as JSON lines on standard output: {"progress":{"step":"boot-wim","done":1,"total":2}}. It counts
// bytes of one step at a time; it knows nothing of the order or weight of steps.
#pragma once

#include <glib.h>

// Zero-initialise, or leave out (NULL) where nobody wants to know.
typedef struct {
    const char *step; // borrowed, static storage
    guint64 done;
    guint64 total;
    gint64 last_line; // monotonic time of the last line, microseconds
} Progress;

// Starts a step and prints its first line. `step` is not copied.
void progress_begin(Progress *progress, const char *step, guint64 total);

// Reports the bytes done so far in this step; a figure lower than an earlier one is ignored. Prints at most
// ten lines a second, and always the last of a step. `progress` may be NULL.
void progress_set(Progress *progress, guint64 done);

// Prints one line of JSON text (without newline) to standard output. A closed output cancels the task. FALSE
// if the line was not taken whole.
gboolean progress_print_line(const char *json);
