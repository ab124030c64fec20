// SPDX-License-Identifier: GPL-3.0-or-later
// Step 7 (phase "start"): the machine is started with its processors halted, its isolation is checked on the
// live XML, and only then does it run.
#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/vm/domain.h"

gboolean install_step_start(Job *job, GError **error)
{
    install_limit(job);
    GError *failure = NULL;
    if (!start_isolated(job_user_data(job), job_machine_uuid(job), &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    job_detail(job, "running; isolation checked on the live machine");
    return TRUE;
}

gboolean install_undo_start(Job *job, GError **error)
{
    const Daemon *daemon = job_user_data(job);
    return domain_destroy(daemon->libvirt, job_machine_uuid(job), error);
}
