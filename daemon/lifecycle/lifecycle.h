// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to a machine after its install: start, stop, delete as jobs; and putting store, libvirt and
// files in accord when the daemon starts.
#pragma once

#include "daemon/daemon.h"

extern const JobKind delete_job_kind; // "delete"
extern const JobKind start_job_kind;  // "start"
extern const JobKind stop_job_kind;   // "stop"; parameters {"force": bool, "timeout_seconds": n}

// Removes domains, volumes and files that no row owns, and secrets of machines that are ready. The part that
// needs libvirt is done as soon as it answers. Call before jobs start.
void reconcile_files(Daemon *daemon);
void reconcile_libvirt(Daemon *daemon);
