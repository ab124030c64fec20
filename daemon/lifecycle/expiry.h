// SPDX-License-Identifier: GPL-3.0-or-later
// Machines with a lifetime: when it is over they are deleted, by a job as if somebody had asked for it. What
// ran out while the daemon was away goes at its next start.
#pragma once

#include "daemon/daemon.h"

// After the job engine has started.
Expiry *expiry_start(Daemon *daemon);
// Waits until nothing of it runs. NULL is fine.
void expiry_stop(Expiry *expiry);
