// SPDX-License-Identifier: GPL-3.0-or-later
// Step 8 (phase "winpe"): until start.cmd has loaded drivers, found both discs and starts Setup.
#include "daemon/install/install.h"

gboolean install_step_winpe(Job *job, GError **error)
{
    install_limit(job);
    return guest_progress_wait(install_progress(job), job, GUEST_STAGE_COPY, error);
}
