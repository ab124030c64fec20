// SPDX-License-Identifier: GPL-3.0-or-later
// A thread that looks after something: now and then, and at once when it is woken. What it looks after, and
// what it does about it, is its owner's.
#pragma once

#include <glib.h>

typedef struct Lookout Lookout;

// Returns after how many microseconds it wants to look again, at the latest.
typedef gint64 (*LookoutFunc)(gpointer data);

// It may be woken from now on; it looks for the first time when it is started. @name: the thread's, static.
Lookout *lookout_new(const char *name, LookoutFunc look, gpointer data);
void lookout_start(Lookout *lookout);
// From any thread; takes no lock but its own. A wake-up while it looks makes it look once more.
void lookout_wake(Lookout *lookout);
// For a look that takes long: TRUE once it is to end.
gboolean lookout_is_stopping(Lookout *lookout);
// Waits until it looks no more; it may be woken still. One that was never started is fine, as is NULL here
// and below.
void lookout_stop(Lookout *lookout);
void lookout_free(Lookout *lookout); // after lookout_stop()
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lookout, lookout_free)
