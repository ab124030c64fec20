// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C while waiting: a flag and a descriptor that becomes readable, instead of death by signal. Not used
// by verbs that do not wait: those die as usual.
#pragma once

#include <glib.h>

// From now on SIGINT sets the flag. A second SIGINT kills the process as usual. Call from the main thread.
void interrupt_catch(void);
gboolean interrupted(void);
// Readable once interrupted; -1 if interrupt_catch() was not called. Borrowed.
int interrupt_fd(void);
// Sleeps; FALSE if interrupted before the time was over.
gboolean interrupt_sleep(guint milliseconds);
