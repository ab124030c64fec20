// SPDX-License-Identifier: GPL-3.0-or-later
// A daemon behind service.h that has one machine, one job and one of everything else, answers from canned
// JSON, and tells the test what it was asked.
#pragma once

#include "daemon/service.h"

#define FAKE_MACHINE "compat-01"
#define FAKE_JOB     "01hzzzzzzzzzzzzzzzzzzzzzzz"
#define FAKE_LEASE   "01hzzzzzzzzzzzzzzzzzzzzzzy"
#define OTHER_JOB    "01hyyyyyyyyyyyyyyyyyyyyyyy" // there is none

// Uploads: bytes that there is room for; a body of exactly FAKE_PART bytes is one part of a file.
#define FAKE_ROOM (64u << 20)
#define FAKE_PART 5

Daemon *fake_daemon_new(void);
void fake_daemon_free(Daemon *daemon);

// What the last service call was: "vm_show compat-01"; "" if there was none since the last look. The caller
// frees.
char *fake_take_call(Daemon *daemon);
// Number of calls so far, but for those that streams and waits make while they wait.
guint fake_call_count(Daemon *daemon);

void fake_set_ready(Daemon *daemon, gboolean ready);
// Sets the job's state and wakes whoever waits for it.
void fake_set_job_state(Daemon *daemon, const char *state);
// The next sequence number is taken: 1, 2, …
void fake_add_event(Daemon *daemon, const char *kind, const char *data, gboolean last);
// As a daemon that stops: waits end with a 503.
void fake_stop(Daemon *daemon);
// Calls of exec stay in the service until fake_release_exec().
void fake_hold_exec(Daemon *daemon);
void fake_release_exec(Daemon *daemon);
// Waits (30 s at most, then the test fails) until @count calls are blocked in the service.
void fake_wait_for_blocked(Daemon *daemon, guint count);
