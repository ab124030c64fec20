// SPDX-License-Identifier: GPL-3.0-or-later
// Step 11 (phase "oobe"): Windows makes the users and logs one on, until first-logon.cmd shows itself.
#include "daemon/install/install.h"

gboolean install_step_oobe(Job *job, GError **error)
{
    install_limit(job);
    return guest_progress_wait(install_progress(job), job, GUEST_STAGE_FIRST_LOGON, error);
}
