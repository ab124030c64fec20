// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to a machine after its install: start, stop, snapshots, delete as jobs; and putting store,
// libvirt and files in accord when the daemon starts.
#pragma once

#include "daemon/daemon.h"

extern const JobKind delete_job_kind; // "delete"
extern const JobKind start_job_kind;  // "start"
extern const JobKind stop_job_kind;   // "stop"; parameters {"force": bool, "timeout_seconds": n}
// Parameters of these three: {"snapshot": name}.
extern const JobKind snapshot_job_kind;        // "snapshot": saves one
extern const JobKind revert_job_kind;          // "revert": goes back to it
extern const JobKind delete_snapshot_job_kind; // "delete-snapshot"

#define SNAPSHOTS_MOST 16 // of one machine

// Removes domains, volumes and files that no row owns, and secrets of machines that are ready. The part that
// needs libvirt is done as soon as it answers. Call before jobs start.
void reconcile_files(Daemon *daemon);
void reconcile_libvirt(Daemon *daemon);
