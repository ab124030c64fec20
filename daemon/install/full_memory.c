// SPDX-License-Identifier: GPL-3.0-or-later
// From the memory of the install to the memory of the request, at the end of an install.
#include "daemon/install/full_memory.h"

#include "daemon/install/isolation_gate.h"
#include "daemon/install/power_cycle.h"
#include "daemon/vm/domain.h"

#define STOP_SECONDS    300
#define RESTART_SECONDS (STOP_SECONDS + 900)

guint install_memory_mib(const MachineRequest *request)
{
    return MIN(request->memory_mib, INSTALL_MEMORY_MIB);
}

static gboolean switch_off(Job *job, GError **error)
{
    gboolean off = FALSE;
    if (!machine_wait_off(job, 1, &off, error))
        return FALSE;
    if (off)
        return TRUE;
    machine_ask_to_stop(job);
    if (!machine_wait_off(job, STOP_SECONDS, &off, error))
        return FALSE;
    if (!off)
        job_fail(error, "still-running",
                 "Windows is installed, but did not shut down within %u s to be given all of its memory",
                 STOP_SECONDS);
    return off;
}

gboolean install_full_memory(Job *job, guint memory_mib, GError **error)
{
    const Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    GError *failure = NULL;
    guint running_mib = 0;
    if (memory_mib <= INSTALL_MEMORY_MIB)
        return TRUE;
    // 0: off, in the middle of what follows.
    if (!domain_running_memory(daemon->libvirt, uuid, &running_mib, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    if (running_mib == memory_mib)
        return machine_wait_agent(job, error);
    job_set_time_limit(job, RESTART_SECONDS);
    job_log(job, "Windows is installed; it restarts with %u MiB of memory", memory_mib);
    if (!switch_off(job, error))
        return FALSE;
    if (!domain_set_memory(daemon->libvirt, uuid, memory_mib, &failure) ||
        !start_isolated(job_user_data(job), uuid, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    return machine_wait_agent(job, error);
}
