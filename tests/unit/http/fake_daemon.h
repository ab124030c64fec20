// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the fake service share. Tests use fake_service.h.
#pragma once

#include "tests/unit/http/fake_service.h"

struct Daemon {
    GMutex lock;
    GCond changed;
    GString *call;
    guint calls;
    guint blocked;
    gboolean ready, stopping, exec_held;
    const char *job_state;
    GPtrArray *events; // of ServiceEvent
};

// Wakes all that wait for a change, and gives the lock back.
void fake_change(Daemon *daemon);
void fake_record(Daemon *daemon, const char *format, ...) G_GNUC_PRINTF(2, 3);
void fake_record_page(Daemon *daemon, const char *what, const ServicePage *page);
json_object *fake_canned(const char *text);
// FALSE and a 404 unless @name is @known.
gboolean fake_knows(const char *what, const char *name, const char *known, Problem **problem);
json_object *fake_job(Daemon *daemon);
json_object *fake_wrapped_job(Daemon *daemon); // {"job": …}
