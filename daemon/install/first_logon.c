// SPDX-License-Identifier: GPL-3.0-or-later
// Step 12 (phase "first-logon"): until the request's commands have run.
#include "daemon/install/install.h"

gboolean install_step_first_logon(Job *job, GError **error)
{
    install_limit(job);
    return guest_progress_wait(install_progress(job), job, GUEST_STAGE_DONE, error);
}
