// SPDX-License-Identifier: GPL-3.0-or-later
// Step 10 (phase "specialize"): until specialize.cmd has installed the agent, or Setup has rebooted once
// more.
#include "daemon/install/install.h"

gboolean install_step_specialize(Job *job, GError **error)
{
    install_limit(job);
    return guest_progress_wait(install_progress(job), job, GUEST_STAGE_OOBE, error);
}
