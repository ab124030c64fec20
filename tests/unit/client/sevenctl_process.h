// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the sevenctl that was built (path in $SEVENCTL), off a terminal or on one, against a fake daemon or
// none.
#pragma once

#include <glib.h>

#include "tests/unit/client/fake_daemon.h"

typedef struct {
    int code;  // exit code, or 128 + signal
    char *out; // bytes may hold NUL: see the lengths
    gsize out_length;
    char *err;
} Outcome;
void outcome_free(Outcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outcome, outcome_free)

// Runs to the end with $SEVENCTL_SOCKET set to @fake's (NULL: to a path where nothing is), time zone UTC, a
// UTF-8 locale, and no controlling terminal. @input may be NULL. The arguments end with NULL.
Outcome *sevenctl_run(const FakeDaemon *fake, const char *input, ...) G_GNUC_NULL_TERMINATED;
// The same with the arguments in a NULL-terminated array, and with one more variable "NAME=value" (or NULL).
Outcome *sevenctl_runv(const FakeDaemon *fake, const char *input, const char *variable,
                       const char *const *arguments);

// -- in pieces: started, talked to, waited for
typedef struct Running Running;
// @columns: 0 for pipes, else a terminal that wide (standard input, output and error are the terminal).
Running *sevenctl_start(const FakeDaemon *fake, guint columns, ...) G_GNUC_NULL_TERMINATED;
// Reads on until what has been written holds @text; fails the test if the program ends before.
void running_expect(Running *running, const char *text);
void running_type(Running *running, const char *text);
void running_signal(Running *running, int signal_number);
// All that was written so far. Borrowed.
const char *running_output(const Running *running);
// TRUE if the terminal echoes.
gboolean running_echoes(const Running *running);
// Waits for the end; the outcome's out has all that was written (on a terminal, errors too). Frees @running.
Outcome *running_finish(Running *running);

// Compares @text with the file golden/@name; with $SEVENCTL_TEST_REGENERATE set, writes the file instead.
void golden_check(const char *name, const char *text);
