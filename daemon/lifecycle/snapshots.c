// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs "snapshot", "revert" and "delete-snapshot". A machine that goes back to a snapshot with memory passes
// the same isolation gate as one that is started, before its processors run. libvirt finishes what it has
// begun also when the daemon is killed: a job that goes on afterwards waits for that, and knows a snapshot of
// its own by its description.
#include "daemon/vm/snapshots.h"

#include <string.h>

#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/power_cycle.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/vm/domain.h"

#define AGAIN_MS      500
#define SAVE_SECONDS  900 // a machine's memory, onto a slow disk
#define DRIVE_SECONDS 180 // a disc with a file for the machine leaves the drive within this
#define AGENT_SECONDS 600

typedef struct {
    Job *job;
    VmConnection *libvirt;
    const char *uuid, *name; // the machine's, the snapshot's
    json_object *parameters;
    gint64 begun;
} Change;

static void change_clear(Change *change)
{
    json_object_put(change->parameters);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Change, change_clear)

static Change change_of(Job *job)
{
    const char *text = job_parameters(job);
    Change change = {
        .job = job,
        .libvirt = ((Daemon *)job_user_data(job))->libvirt,
        .uuid = job_machine_uuid(job),
        .parameters = text ? json_parse(text, strlen(text), NULL) : NULL,
        .begun = g_get_monotonic_time(),
    };
    change.name = change.parameters ? json_string_member(change.parameters, "snapshot") : NULL;
    return change;
}

// Tries until it is done, or the step's time is over; what libvirt is still busy with ends some time.
static gboolean persist(Job *job, gboolean (*attempt)(Change *change, gboolean *ret_done, GError **error),
                        GError **error)
{
    g_auto(Change) change = change_of(job);
    gboolean done = FALSE;
    if (!change.name) {
        job_fail(error, "internal", "job %s: its parameters name no snapshot", job_id(job));
        return FALSE;
    }
    for (gboolean told = FALSE;;) {
        GError *failure = NULL;
        if (!attempt(&change, &done, &failure) && !vm_error_passes(failure)) {
            install_propagate(error, failure);
            return FALSE;
        }
        if (failure && !told)
            job_log(job, "trying again: %s", failure->message);
        told = told || failure;
        g_clear_error(&failure);
        if (done)
            return TRUE;
        if (!job_sleep(job, AGAIN_MS, error))
            return FALSE;
    }
}

// ---- Saving ----

static gboolean is_own(const Change *change, const Snapshot *snapshot)
{
    return g_strcmp0(snapshot->description, job_id(change->job)) == 0;
}

// The disc that carries a large file into the machine is removed when that is done, so that nothing could go
// back to a snapshot with it.
static gboolean wait_for_drive(const Change *change, GError **error)
{
    if (g_get_monotonic_time() - change->begun < DRIVE_SECONDS * G_TIME_SPAN_SECOND) {
        job_detail(change->job, "waiting: a disc carries a file into the machine");
        return TRUE;
    }
    job_fail(
        error, "drive-in-use",
        "a drive of the machine holds a disc, which a snapshot cannot keep; let the file arrive, or stop "
        "and start the machine");
    return FALSE;
}

static gboolean there_is_room(const Change *change, GError **error)
{
    g_autoptr(GPtrArray) list = snapshot_list(change->libvirt, change->uuid, error);
    if (list && list->len >= SNAPSHOTS_MOST)
        job_fail(error, "too-many-snapshots", "the machine has %u snapshots, the most it may have",
                 list->len);
    return list && list->len < SNAPSHOTS_MOST;
}

static gboolean judge_found(const Change *change, const Snapshot *found, gboolean *ret_done, GError **error)
{
    if (!is_own(change, found)) {
        job_fail(error, "conflict", "the machine has a snapshot \"%s\" already", change->name);
        return FALSE;
    }
    if (found->current && found->has_disc)
        return snapshot_delete(change->libvirt, change->uuid, change->name, error) &&
               wait_for_drive(change, error);
    *ret_done = found->current; // else libvirt is still making it
    if (*ret_done)
        job_detail(change->job, "%s memory", found->memory ? "with" : "the machine is off: without");
    return TRUE;
}

// What was saved is looked at again: a disc may have come into the drive in between.
static gboolean save(const Change *change, gboolean *ret_done, GError **error)
{
    g_autoptr(Snapshot) saved = NULL;
    return snapshot_save(change->libvirt, change->uuid, change->name, job_id(change->job), error) &&
           snapshot_find(change->libvirt, change->uuid, change->name, &saved, error) &&
           (!saved || judge_found(change, saved, ret_done, error));
}

static gboolean try_save(Change *change, gboolean *ret_done, GError **error)
{
    g_autoptr(Snapshot) found = NULL;
    gboolean disc = FALSE;
    if (!snapshot_find(change->libvirt, change->uuid, change->name, &found, error))
        return FALSE;
    if (found)
        return judge_found(change, found, ret_done, error);
    if (!there_is_room(change, error) || !snapshot_meets_disc(change->libvirt, change->uuid, &disc, error))
        return FALSE;
    return disc ? wait_for_drive(change, error) : save(change, ret_done, error);
}

static gboolean try_take_back(Change *change, gboolean *ret_done, GError **error)
{
    g_autoptr(Snapshot) found = NULL;
    if (!snapshot_find(change->libvirt, change->uuid, change->name, &found, error))
        return FALSE;
    if (found && is_own(change, found) && !found->current) // still being made: it can be deleted then
        return TRUE;
    *ret_done = !found || !is_own(change, found) ||
                snapshot_delete(change->libvirt, change->uuid, change->name, error);
    return *ret_done;
}

static gboolean run_save(Job *job, GError **error)
{
    job_set_time_limit(job, SAVE_SECONDS);
    return persist(job, try_save, error);
}

static gboolean undo_save(Job *job, GError **error)
{
    return persist(job, try_take_back, error);
}

// ---- Going back ----

static gboolean find(const Change *change, Snapshot **ret_snapshot, GError **error)
{
    if (!snapshot_find(change->libvirt, change->uuid, change->name, ret_snapshot, error))
        return FALSE;
    if (!*ret_snapshot)
        job_fail(error, "snapshot-gone", "the machine has no snapshot \"%s\" any more", change->name);
    return *ret_snapshot != NULL;
}

static gboolean try_revert(Change *change, gboolean *ret_done, GError **error)
{
    Daemon *daemon = job_user_data(change->job);
    g_autoptr(Snapshot) snapshot = NULL;
    *ret_done = find(change, &snapshot, error) &&
                snapshot_revert(change->libvirt, change->uuid, snapshot, error) &&
                (snapshot->memory ? start_isolated(daemon, change->uuid, error)
                                  : isolation_gate(daemon, change->uuid, error));
    if (*ret_done)
        job_detail(change->job, "%s",
                   snapshot->memory ? "running; isolation checked on the live machine"
                                    : "off, as it was then");
    return *ret_done;
}

static gboolean run_revert(Job *job, GError **error)
{
    job_set_time_limit(job, SAVE_SECONDS);
    return persist(job, try_revert, error);
}

// What was before is gone. But no machine stays halted between going back and the gate.
static gboolean undo_revert(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    GError *failure = NULL;
    DomainPower power = DOMAIN_OTHER;
    if (domain_power(daemon->libvirt, uuid, &power, &failure) &&
        (power != DOMAIN_PAUSED || start_isolated(daemon, uuid, &failure)))
        return TRUE;
    install_propagate(error, failure);
    return FALSE;
}

// One that was saved while it was off has none to wait for.
static gboolean run_agent(Job *job, GError **error)
{
    g_auto(Change) change = change_of(job);
    g_autoptr(Snapshot) snapshot = NULL;
    GError *failure = NULL;
    job_set_time_limit(job, AGENT_SECONDS);
    if (!find(&change, &snapshot, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    return !snapshot->memory || machine_wait_agent(job, error);
}

// ---- Deleting ----

static gboolean try_delete(Change *change, gboolean *ret_done, GError **error)
{
    *ret_done = snapshot_delete(change->libvirt, change->uuid, change->name, error);
    return *ret_done;
}

static gboolean run_delete(Job *job, GError **error)
{
    return persist(job, try_delete, error);
}

static const JobStep snapshot_steps[] = { { "save", 1, run_save, undo_save } };
static const JobStep revert_steps[] = { { "revert", 1, run_revert, undo_revert },
                                        { "agent", 1, run_agent, NULL } };
static const JobStep delete_steps[] = { { "delete", 1, run_delete, NULL } };

const JobKind snapshot_job_kind = {
    .name = "snapshot",
    .steps = snapshot_steps,
    .step_count = G_N_ELEMENTS(snapshot_steps),
};

const JobKind revert_job_kind = {
    .name = "revert",
    .steps = revert_steps,
    .step_count = G_N_ELEMENTS(revert_steps),
    .gated = TRUE,
};

const JobKind delete_snapshot_job_kind = {
    .name = "delete-snapshot",
    .steps = delete_steps,
    .step_count = G_N_ELEMENTS(delete_steps),
};
