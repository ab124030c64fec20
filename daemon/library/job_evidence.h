// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of jobs that failed, after their machines are gone: STATE/evidence/<job id>/, small files that
// anybody with access to the API may read, so that none holds a secret. What is gathered, and when, is
// install/evidence.c's.
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"

// Bounds of the whole: the oldest go first.
#define JOB_EVIDENCE_MAX_JOBS  200u
#define JOB_EVIDENCE_MAX_BYTES (1024ull * 1024 * 1024)

// A folder to be filled; nothing of it is seen until job_evidence_commit(). The caller frees. NULL with
// @error.
char *job_evidence_begin(Daemon *daemon, const char *job_id, GError **error);
// Gives the filled folder its name, in place of what was kept before, and sweeps. FALSE: it has been removed.
gboolean job_evidence_commit(Daemon *daemon, const char *job_id, const char *folder, GError **error);

// TRUE if the text can be the name of such a file: [a-z0-9][a-z0-9.-]*, at most 64 characters.
gboolean job_evidence_name_is_valid(const char *name);
// Array of {"name","size","type","sha256"} by name; empty if nothing was kept. The caller owns the reference.
json_object *job_evidence_list(Daemon *daemon, const char *job_id, GError **error);
// A kept file, open for reading; the caller closes. *ret_type: MIME type, static. -1 with
// LIBRARY_ERROR_NOT_FOUND.
int job_evidence_open(Daemon *daemon, const char *job_id, const char *name, guint64 *ret_size,
                      const char **ret_type, GError **error);
// Removes what exceeds the bounds.
void job_evidence_sweep(Daemon *daemon);
// At start: removes what a killed daemon was just filling.
void job_evidence_sweep_unfinished(Daemon *daemon);
