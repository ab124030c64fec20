// SPDX-License-Identifier: GPL-3.0-or-later
// A job's time line as its events tell it: which phases, when, how far. Draws nothing: see progress.h.
#pragma once

#include <glib.h>

#include "common/json.h"

typedef enum { PHASE_RUNNING, PHASE_DONE, PHASE_FAILED, PHASE_SKIPPED } PhaseState;

typedef struct {
    char *name; // safe for terminals, like all texts here
    PhaseState state;
    gint64 started;  // microseconds since 1970, from the event
    gint64 finished; // same; 0 while it runs
    char *detail;    // or NULL
} Phase;

typedef struct {
    GPtrArray *phases;    // Phase *, in the order in which they began
    char *state;          // of the job: "queued" until an event says more
    char *waiting;        // for what it waits while it is queued, or NULL
    int percent;          // 0–100; never goes back
    gint64 started;       // when the first phase began, or 0
    gint64 done, total;   // bytes of the phase's current work; total 0 if unknown
    GHashTable *expected; // phase's name → gint64 *, microseconds that it is thought to take; NULL: unknown
    char *message;        // the last log message or line of the guest, or NULL
} Timeline;

Timeline *timeline_new(void);
void timeline_free(Timeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timeline, timeline_free)

typedef enum {
    CHANGE_NONE,
    CHANGE_BEGAN,   // *ret_phase began
    CHANGE_ENDED,   // *ret_phase is done, failed or skipped
    CHANGE_UNDONE,  // *ret_phase's effect was taken back
    CHANGE_MESSAGE, // timeline->message is new
    CHANGE_WAITS,   // timeline->waiting is new
    CHANGE_OTHER,   // percent, bytes or the job's state
} TimelineChange;

// Takes one event in; what it does not understand changes nothing. @now (microseconds since 1970) stands in
// where the event has no time. *@ret_phase is borrowed, NULL unless said above.
TimelineChange timeline_take(Timeline *timeline, const char *kind, json_object *data, gint64 now,
                             const Phase **ret_phase);

// The percentage at @now, by what was told and by the time that has passed; at most 99 before the end.
int timeline_percent(const Timeline *timeline, gint64 now);
// Microseconds that are left, or -1 if nobody knows.
gint64 timeline_left(const Timeline *timeline, gint64 now);

// The phase that runs, or NULL. Borrowed.
const Phase *timeline_running(const Timeline *timeline);

// RFC 3339 text to microseconds since 1970; @otherwise if it is none.
gint64 time_parse(const char *text, gint64 otherwise);
// "12 s", "3 min 05 s", "1 h 02 min". Negative counts as 0. The caller frees.
char *duration_text(gint64 microseconds);
