// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of an install that failed, before its domain and disk are taken away: with the job
// (library/job_evidence.h) error.json, the last screens, COM1's log, Setup's logs that came over it and those
// on the machine's disk ("disk-…"), the masked answer file and request, the domain XML and the versions of
// everything; with the machine its last screen.
#pragma once

#include "daemon/daemon.h"
#include "daemon/install/guest_progress.h"

// Best effort: what cannot be had is logged. @progress: NULL if the guest was not watched yet; otherwise the
// machine is off afterwards. What is known of a line in Setup's error logs is added to the message of
// @failure.
void evidence_keep(Job *job, const GuestProgress *progress, GError *failure);
