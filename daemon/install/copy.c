// SPDX-License-Identifier: GPL-3.0-or-later
// Step 9 (phase "copy"): Setup partitions the disk and copies Windows, until the first boot from disk shows
// itself.
#include "daemon/install/install.h"

gboolean install_step_copy(Job *job, GError **error)
{
    install_limit(job);
    return guest_progress_wait(install_progress(job), job, GUEST_STAGE_SPECIALIZE, error);
}
