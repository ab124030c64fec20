// SPDX-License-Identifier: GPL-3.0-or-later
// Verifying a disc whole, as a job: its hashes, then every content of both WIMs. The result is kept by file
// identity.
#pragma once

#include "daemon/library/discs.h"

extern const JobKind verify_disc_job_kind; // "verify-disc"; parameters {"disc": name}
extern const JobKind hash_disc_job_kind;   // "hash-disc": its first half; parameters as above

// Submits a job of @kind for the disc of that name; the caller frees its id.
char *disc_submit_job(Daemon *daemon, const JobKind *kind, const char *name, GError **error);
// Has the disc hashed in the background, unless its hashes are known or such a job is at work already. An
// install needs them for the record only, and reading 3 GB would hold it up. Failing to is logged, no more.
void disc_hash_soon(Daemon *daemon, const Disc *disc);

// {"state": "intact" or "damaged", "message", "checked", "boot_wim", "install_wim"}; NULL without @error if
// the disc was never verified as it is now. The caller owns it.
json_object *disc_verification(Daemon *daemon, const Disc *disc, GError **error);
