// SPDX-License-Identifier: GPL-3.0-or-later
// Verifying a disc whole, as a job: its hashes, then every content of both WIMs. The result is kept by file
// identity.
#pragma once

#include "daemon/library/discs.h"

extern const JobKind verify_disc_job_kind; // "verify-disc"; parameters {"disc": name}

// {"state": "intact" or "damaged", "message", "checked", "boot_wim", "install_wim"}; NULL without @error if
// the disc was never verified as it is now. The caller owns it.
json_object *disc_verification(Daemon *daemon, const Disc *disc, GError **error);
