// SPDX-License-Identifier: GPL-3.0-or-later
// Exports: STATE/exports/<id>/, made by a job, fetched by the client, gone after a day or when the client
// says so. They hold secrets, a disc the answer file's, an image its nonce: folder 0700, files 0600, and a
// disc's request only until the disc is made. The jobs: export_disc.c, images/export_image.c.
#pragma once

#include "daemon/daemon.h"
#include "common/json.h"
#include "daemon/jobs/engine.h"

extern const JobKind export_disc_job_kind; // "export-disc"; parameters {"export": id}

#define EXPORT_KEPT_SECONDS (24 * 3600)

// Makes the folder, with the merged request of a disc (else NULL). Returns its id; the caller frees. Nothing
// is left behind on failure. A job that is at work on it has it as parameter "export".
char *export_create(Daemon *daemon, json_object *document_or_null, GError **error);
// The folder, and in it the file that is fetched; the caller frees.
char *export_folder(Daemon *daemon, const char *id);
#define EXPORT_FILE    "export"
#define EXPORT_REQUEST "request.json"
// The finished file, open for reading; -1 with LIBRARY_ERROR_NOT_FOUND if there is none, or none yet.
int export_open(Daemon *daemon, const char *id, guint64 *ret_size, GError **error);
// TRUE if it is gone afterwards; LIBRARY_ERROR_NOT_FOUND if it never was there.
gboolean export_remove(Daemon *daemon, const char *id, GError **error);
// Removes what was made longer ago than EXPORT_KEPT_SECONDS and no unfinished job is at work on.
void export_sweep(Daemon *daemon);

// For jobs that make one. Which; the caller frees.
char *export_of_job(Job *job);
// JobStep.undo: it goes.
gboolean export_undo(Job *job, GError **error);
// JobKind.end: it goes unless it was made; a job that was cancelled before its first step has nothing undone.
void export_end(Job *job, JobOutcome outcome, const GError *reason);
