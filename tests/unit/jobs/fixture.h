// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the job engine share: a store in a temporary folder and kinds of jobs whose steps do what
// the job's parameters say and note it in a journal.
//
// Kinds: "install" (counts as install) and "other", both with the steps a, b, c (weights 1, 2, 1).
// Parameters are words: "block:b" (step b waits for the gate MACHINE/b), "fail:b", "limit:b" (time limit of
// one second, then waits for its cancellable), "idle:b" (gate MACHINE/idle-b, not counting), "wait:b" (that
// wait without a limit), "blockundo:b" (gate MACHINE/undo-b), "failundo:b", "failbegin".
#pragma once

#include "daemon/jobs/engine.h"

typedef struct {
    char *folder, *path;
    Store *store;
    JobEngine *engine;
    GMutex lock;
    GCond changed;
    GPtrArray *journal;              // "MACHINE WHAT"
    GHashTable *gates;               // those that are open
    gboolean print;                  // notes go to standard output too
    int installs_now, installs_most; // steps of installs that run at the same time
    // Called by the hooks of the same name, if set.
    void (*on_run)(Job *job);
    void (*on_end)(Job *job);
} Fixture;

extern const JobKind fixture_install, fixture_other;

// A store in a new folder and an engine that is not started.
Fixture *fixture_new(guint installs);
// On an existing store.
Fixture *fixture_new_at(const char *path, guint installs);
void fixture_start(Fixture *fixture);
// Frees the engine and the store; the file stays. fixture_reopen() makes both anew.
void fixture_shut(Fixture *fixture);
void fixture_reopen(Fixture *fixture, guint installs);
// Frees all and removes the folder.
void fixture_free(Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

// The machine's UUID is its name. Returns the job's id.
char *fixture_submit(Fixture *fixture, const char *kind, const char *machine, const char *parameters);
void fixture_note(Fixture *fixture, const char *machine, const char *what);
void fixture_open_gate(Fixture *fixture, const char *name);
// Waits for a note "MACHINE WHAT".
void fixture_wait_note(Fixture *fixture, const char *note);
// Waits for the job's end and returns its row.
StoreJob *fixture_wait_job(Fixture *fixture, const char *id);
// All notes of a machine, joined by ", ". The caller frees.
char *fixture_journal(Fixture *fixture, const char *machine);
// The states of the job's steps: "a done, b undone, c skipped".
char *fixture_steps(Fixture *fixture, const char *id);
// The job's events: "state queued, phase a running, progress 25, log TEXT".
char *fixture_events(Fixture *fixture, const char *id);
// Runs SQL on the store's connection.
void fixture_sql(Fixture *fixture, const char *sql);
// SQL that takes away what a schema brought, the newest first.
#define FIXTURE_UNDO_8                                                                                       \
    "DROP INDEX jobs_by_admission;"                                                                          \
    "ALTER TABLE jobs DROP COLUMN admission; ALTER TABLE jobs DROP COLUMN overtaken;"                        \
    "ALTER TABLE jobs DROP COLUMN waiting;"                                                                  \
    "ALTER TABLE machines DROP COLUMN owner; ALTER TABLE machines DROP COLUMN vcpus;"                        \
    "ALTER TABLE machines DROP COLUMN memory_mib; ALTER TABLE machines DROP COLUMN disk_gib;"                \
    "ALTER TABLE machines DROP COLUMN admitted; ALTER TABLE machines DROP COLUMN runs;"
#define FIXTURE_UNDO_7                                                                                       \
    "DROP INDEX images_by_recipe;"                                                                           \
    "ALTER TABLE images DROP COLUMN recipe;"                                                                 \
    "ALTER TABLE images DROP COLUMN expires;"                                                                \
    "ALTER TABLE jobs DROP COLUMN next;"
