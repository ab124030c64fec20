// SPDX-License-Identifier: GPL-3.0-or-later
// A machine as it is just now: how far it is, its screen, what it said last. Asked for again and again, and
// told what has changed. Draws nothing: watch.c.
#pragma once

#include "client/client.h"
#include "common/json.h"

#define VIEW_LINES 5u // of COM1

typedef struct {
    Client *client;
    char *name;
    char *vm_path, *job_path, *screen_path, *console_path; // job_path: NULL without a job
    // What is known; all texts are safe for terminals.
    char *state, *phase; // of the machine; of its job while that runs, else NULL
    int percent;
    json_object *job; // as it ended, or NULL
    GString *screen;  // PNG, or NULL: it has none just now
    GPtrArray *lines; // the last VIEW_LINES lines
    // Since the last round.
    gboolean phase_changed, screen_changed, lines_changed;
    GPtrArray *new_lines; // borrowed from @lines
    // Of the last round.
    char *away; // why the daemon could not be asked, or NULL
} MachineView;

// EXIT_OK, or a code after a report: no such machine, no daemon.
ExitCode machine_view_open(Client *client, const char *name, MachineView **ret_view);
void machine_view_free(MachineView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineView, machine_view_free)

typedef enum {
    VIEW_GOES_ON,
    VIEW_ENDED,       // the job has ended: @job
    VIEW_GONE,        // there is no such machine any more
    VIEW_INTERRUPTED, // Ctrl-C
} ViewState;
ViewState machine_view_update(MachineView *view);
