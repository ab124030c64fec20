// SPDX-License-Identifier: GPL-3.0-or-later
// Handing machines out. The store decides who has which; here it is let run.
#include <string.h>

#include "daemon/install/isolation_gate.h"
#include "daemon/pools/pools.h"
#include "daemon/quota/gate.h"
#include "daemon/vm/domain.h"

// Whoever asks, and the keeper: one at a time, so that the order of those who wait counts.
static GMutex granting;

static gboolean run(Daemon *daemon, const char *lease, const char *uuid, const char *name)
{
    g_autoptr(GError) error = NULL;
    if (start_isolated(daemon, uuid, &error) && store_lease_set_runs(daemon->store, lease, &error))
        return TRUE;
    g_warning("machine %s: %s; it is replaced", name, error->message);
    g_clear_error(&error);
    if (!store_lease_take_back(daemon->store, lease, &error))
        g_warning("lease %s: %s", lease, error->message);
    return FALSE;
}

// A machine that was halted, and nothing else: one that is off would start anew, which takes minutes.
static gboolean is_halted(Daemon *daemon, const StoreMachine *machine)
{
    DomainPower power = DOMAIN_GONE;
    if (domain_power(daemon->libvirt, machine->uuid, &power, NULL) && power == DOMAIN_PAUSED)
        return TRUE;
    if (vm_connection_is_alive(daemon->libvirt))
        store_machine_move_in_pool(daemon->store, machine->uuid, "ready", "used", NULL);
    return FALSE;
}

static StoreMachine *next_ready(Daemon *daemon, const GPtrArray *members, guint *at)
{
    while (*at < members->len) {
        StoreMachine *machine = members->pdata[(*at)++];
        if (strcmp(machine->state, "ready") == 0 && g_strcmp0(machine->pool_state, "ready") == 0 &&
            is_halted(daemon, machine))
            return machine;
    }
    return NULL;
}

// FALSE if its holder has as much as a user may have: whoever comes next is served.
static gboolean give(Daemon *daemon, const StoreLease *lease, const StoreMachine *machine)
{
    g_autoptr(GError) error = NULL;
    g_mutex_lock(quota_lock());
    g_autofree char *full = quota_why_not(daemon, lease->holder, machine);
    const gboolean granted = !full && store_lease_grant(daemon->store, lease->id, machine, &error);
    g_mutex_unlock(quota_lock());
    if (granted)
        run(daemon, lease->id, machine->uuid, machine->name);
    else if (error && !g_error_matches(error, STORE_ERROR, STORE_ERROR_IN_USE)) // given back, or deleted
        g_warning("lease %s: %s", lease->id, error->message);
    return !full;
}

gboolean pool_grant(Daemon *daemon, const char *pool, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&granting);
    g_autoptr(GPtrArray) leases = store_lease_list(daemon->store, pool, error);
    g_autoptr(GPtrArray) members = leases ? store_pool_members(daemon->store, pool, error) : NULL;
    const StoreMachine *machine = NULL; // ready, and nobody's yet
    guint at = 0;
    for (guint i = 0; members && i < leases->len; i++) {
        const StoreLease *lease = leases->pdata[i];
        if (strcmp(lease->state, "waiting") != 0)
            continue;
        if (!machine && !(machine = next_ready(daemon, members, &at)))
            break;
        if (give(daemon, lease, machine))
            machine = NULL;
    }
    return members != NULL;
}

gboolean pool_resume_granted(Daemon *daemon, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&granting);
    g_autoptr(GPtrArray) leases = store_lease_list(daemon->store, NULL, error);
    for (guint i = 0; leases && i < leases->len; i++) {
        const StoreLease *lease = leases->pdata[i];
        if (strcmp(lease->state, "held") == 0 && !lease->runs && vm_connection_is_alive(daemon->libvirt))
            run(daemon, lease->id, lease->machine_uuid, lease->machine);
    }
    return leases != NULL;
}
