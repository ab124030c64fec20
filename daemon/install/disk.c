// SPDX-License-Identifier: GPL-3.0-or-later
// Step 5 (phase "disk"): the machine's qcow2 volume, through libvirt's storage API.
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/storage.h"

gboolean install_step_disk(Job *job, GError **error)
{
    install_limit(job);
    Daemon *daemon = job_user_data(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    g_autofree char *volume = machine_disk_volume(daemon, job_machine_uuid(job));
    GError *failure = NULL;
    // A volume left by an attempt that a crash cut short holds nothing yet: the machine starts three steps
    // later.
    if (!storage_volume_delete(daemon->libvirt, daemon->config->pool, volume, &failure) ||
        !storage_volume_create(daemon->libvirt, daemon->config->pool, volume, plan->target.disk_bytes,
                               &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    job_detail(job, "%u GiB", plan->request->disk_gib);
    return TRUE;
}

gboolean install_undo_disk(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *volume = machine_disk_volume(daemon, job_machine_uuid(job));
    return storage_volume_delete(daemon->libvirt, daemon->config->pool, volume, error);
}
