// SPDX-License-Identifier: GPL-3.0-or-later
// Shows a time line while it grows: on a terminal one line that is drawn anew, elsewhere one line a phase.
// Also says when the daemon has gone and come back. Not for what comes after the end: that is follow.c's.
#pragma once

#include <stdio.h>

#include "client/timeline.h"

typedef enum {
    PROGRESS_SILENT,
    PROGRESS_LINES, // "12:03:04 winpe … done (12 s)": the time at which the phase began, local time
    PROGRESS_BAR,
} ProgressStyle;

typedef struct Progress Progress;

// @title: what is worked on (a machine's name); @verbose: the job's messages as well. UTF-8 or ASCII by
// locale.
Progress *progress_new(const char *title, FILE *stream, ProgressStyle style, gboolean verbose);
void progress_free(Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)

// Takes an event in and shows it.
void progress_take(Progress *progress, const char *kind, json_object *data);
// The daemon is away: @reason, and for how long it will be tried again. Said once per absence.
void progress_lost(Progress *progress, const char *reason, guint seconds_left);
void progress_back(Progress *progress);
// Draws anew (elapsed time, the terminal's width).
void progress_tick(Progress *progress);
// Leaves the stream at the beginning of an empty line: erases the bar, ends an open line.
void progress_end(Progress *progress);

// Borrowed.
const Timeline *progress_timeline(const Progress *progress);

// The bar's text, at most @columns - 1 columns wide (a full last column would wrap). @now: microseconds since
// 1970;
// @notice: said instead of the phase, or NULL. The caller frees.
char *progress_bar_text(const char *title, const Timeline *timeline, const char *notice, guint columns,
                        gboolean utf8, gint64 now);
