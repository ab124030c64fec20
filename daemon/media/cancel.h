// SPDX-License-Identifier: GPL-3.0-or-later
// Cancelling the task of this process: SIGTERM, SIGINT or SIGHUP, or the reader of our output going away.
// Nothing is cleaned up here: long loops ask cancel_check() and unwind through their ordinary error paths.
#pragma once

#include <glib.h>

// Installs the signal handlers and ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file size limit
// arrive as ordinary write errors. Call once, before any thread is started.
void cancel_install_handlers(void);

// Marks the task as cancelled because nobody reads standard output any more (EPIPE).
void cancel_because_output_closed(void);

// True once the task was cancelled. Async-signal-safe and callable from any thread.
gboolean cancel_requested(void);

// FALSE with MEDIA_ERROR_CANCELLED once the task was cancelled, else TRUE.
gboolean cancel_check(GError **error);

// What to exit with after a cancel: 128 plus the signal's number (143 for SIGTERM, 141 for a closed output).
int cancel_exit_status(void);
