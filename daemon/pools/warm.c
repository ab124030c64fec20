// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs "warm" and "rewarm": a machine of a pool becomes ready to be handed out. A job that is taken up again
// after the daemon was killed finds the snapshot that libvirt has finished meanwhile.
#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/pools/pools.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/snapshots.h"

#include <string.h>

#define AGAIN_MS     300
#define SAVE_SECONDS 900 // a machine's memory, onto a slow disk
// A first command, of which Windows has nothing in memory yet.
#define COMMAND_SECONDS  300
#define COMMAND_AGAIN_MS 2000

typedef gboolean (*Attempt)(VmConnection *libvirt, const char *uuid, gboolean *ret_done, GError **error);

// Tries until it is done, or the step's time is over.
static gboolean persist(Job *job, Attempt attempt, GError **error)
{
    Daemon *daemon = job_user_data(job);
    gboolean done = FALSE;
    job_set_time_limit(job, SAVE_SECONDS);
    while (!done) {
        GError *failure = NULL;
        if (!attempt(daemon->libvirt, job_machine_uuid(job), &done, &failure) && !vm_error_passes(failure)) {
            install_propagate(error, failure);
            return FALSE;
        }
        g_clear_error(&failure);
        if (!done && !job_sleep(job, AGAIN_MS, error))
            return FALSE;
    }
    return TRUE;
}

// Whoever asked for the job may have read of the machine before an earlier one was done with it: then there
// is nothing to do, and by now it may be somebody's.
static gboolean is_still(Job *job, const char *pool_state)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(StoreMachine) machine = NULL;
    return store_machine_get(daemon->store, job_machine_name(job), &machine, NULL) &&
           strcmp(machine->uuid, job_machine_uuid(job)) == 0 &&
           g_strcmp0(machine->pool_state, pool_state) == 0;
}

static gboolean set_ready(Job *job, const char *from, GError **error)
{
    Daemon *daemon = job_user_data(job);
    GError *failure = NULL;
    if (store_machine_move_in_pool(daemon->store, job_machine_uuid(job), from, "ready", &failure))
        return TRUE;
    install_propagate(error, failure);
    return FALSE;
}

// ---- Warm ----

// TRUE if a first command came to a good end; what kept it is logged.
static gboolean command_runs(Job *job, const char *socket, const char *nonce)
{
    static const char *const argv[] = { "cmd.exe", "/c", "ver", NULL };
    const AgentCommand command = { .argv = argv, .timeout_ms = COMMAND_SECONDS * 1000u };
    g_autoptr(GError) failure = NULL;
    g_autoptr(AgentExecResult) result =
        agent_exec(socket, nonce, &command, NULL, job_cancellable(job), &failure);
    if (!result)
        job_log(job, "no command runs yet: %s; trying again", failure->message);
    else if (result->exit_code != 0)
        job_log(job, "the first command ended with exit code %d; trying again", result->exit_code);
    return result && result->exit_code == 0;
}

// What Windows needs to start a program is then in the memory that is saved, so that the holder's first
// command does not wait for the disk; and a machine in which none can be started is never handed out.
static gboolean run_first_command(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    GError *failure = NULL;
    g_autoptr(Snapshot) saved = NULL;
    if (!is_still(job, "warming"))
        return TRUE;
    job_set_time_limit(job, COMMAND_SECONDS);
    g_autofree char *nonce = machine_files_read_nonce(daemon, uuid, error);
    g_autofree char *socket = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    if (!nonce)
        return FALSE;
    if (!snapshot_find(daemon->libvirt, uuid, POOL_SNAPSHOT, &saved, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    // With its memory saved it may stand still already, by a daemon that was killed then.
    while (!saved && !command_runs(job, socket, nonce))
        if (!job_sleep(job, COMMAND_AGAIN_MS, error))
            return FALSE;
    return TRUE;
}

// One that is not current is still being made.
static gboolean try_save(VmConnection *libvirt, const char *uuid, gboolean *ret_done, GError **error)
{
    g_autoptr(Snapshot) found = NULL;
    if (!snapshot_find(libvirt, uuid, POOL_SNAPSHOT, &found, error))
        return FALSE;
    *ret_done = found && found->current;
    return found || snapshot_save(libvirt, uuid, POOL_SNAPSHOT, NULL, error);
}

static gboolean run_snapshot(Job *job, GError **error)
{
    return !is_still(job, "warming") || persist(job, try_save, error);
}

static gboolean try_halt(VmConnection *libvirt, const char *uuid, gboolean *ret_done, GError **error)
{
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(libvirt, uuid, &power, error))
        return FALSE;
    *ret_done = power == DOMAIN_PAUSED;
    return *ret_done || domain_suspend(libvirt, uuid, error);
}

static gboolean run_halt(Job *job, GError **error)
{
    return !is_still(job, "warming") || (persist(job, try_halt, error) && set_ready(job, "warming", error));
}

// ---- Rewarm ----

// What its holder saved beside it goes.
static gboolean delete_others(VmConnection *libvirt, const char *uuid, GError **error)
{
    g_autoptr(GPtrArray) list = snapshot_list(libvirt, uuid, error);
    gboolean ok = list != NULL;
    for (guint i = 0; ok && i < list->len; i++) {
        const Snapshot *snapshot = list->pdata[i];
        ok = strcmp(snapshot->name, POOL_SNAPSHOT) == 0 ||
             snapshot_delete(libvirt, uuid, snapshot->name, error);
    }
    return ok;
}

static gboolean try_revert(VmConnection *libvirt, const char *uuid, gboolean *ret_done, GError **error)
{
    g_autoptr(Snapshot) ready = NULL;
    if (!snapshot_find(libvirt, uuid, POOL_SNAPSHOT, &ready, error))
        return FALSE;
    if (!ready) {
        job_fail(error, "snapshot-gone", "the machine has no snapshot \"" POOL_SNAPSHOT "\" any more");
        return FALSE;
    }
    *ret_done = snapshot_revert(libvirt, uuid, ready, error) && delete_others(libvirt, uuid, error);
    return *ret_done;
}

static gboolean run_revert(Job *job, GError **error)
{
    GError *failure = NULL;
    if (!is_still(job, "used"))
        return TRUE;
    if (!persist(job, try_revert, error))
        return FALSE;
    if (!isolation_gate(job_user_data(job), job_machine_uuid(job), &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    return set_ready(job, "used", error);
}

// The keeper replaces what is broken, and is told of what is ready.
static void end(Job *job, JobOutcome outcome, const GError *error G_GNUC_UNUSED)
{
    Daemon *daemon = job_user_data(job);
    static const char *const states[] = { "warming", "used" };
    for (gsize i = 0; outcome != JOB_SUCCEEDED && i < G_N_ELEMENTS(states); i++)
        store_machine_move_in_pool(daemon->store, job_machine_uuid(job), states[i], "broken", NULL);
    pool_keeper_wake(daemon->pool_keeper);
}

static const JobStep warm_steps[] = { { "first-command", 2, run_first_command, NULL },
                                      { "snapshot", 5, run_snapshot, NULL },
                                      { "halt", 1, run_halt, NULL } };
static const JobStep rewarm_steps[] = { { "revert", 1, run_revert, NULL } };

const JobKind warm_job_kind = {
    .name = "warm",
    .steps = warm_steps,
    .step_count = G_N_ELEMENTS(warm_steps),
    .end = end,
};

const JobKind rewarm_job_kind = {
    .name = "rewarm",
    .steps = rewarm_steps,
    .step_count = G_N_ELEMENTS(rewarm_steps),
    .gated = TRUE,
    .end = end,
};
