// SPDX-License-Identifier: GPL-3.0-or-later
// Job "delete": takes a machine away, the row last, so that whatever is left after a crash still has an
// owner.
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/lifecycle/lifecycle.h"

// What an install's undo takes away is what a deletion takes away; only here a failure is the job's own.
static gboolean take_away(Job *job, gboolean (*undo)(Job *job, GError **error), GError **error)
{
    GError *failure = NULL;
    if (undo(job, &failure))
        return TRUE;
    install_propagate(error, failure);
    return FALSE;
}

static gboolean run_stop(Job *job, GError **error)
{
    return take_away(job, install_undo_start, error);
}

static gboolean run_undefine(Job *job, GError **error)
{
    return take_away(job, install_undo_define, error);
}

static gboolean run_volumes(Job *job, GError **error)
{
    return take_away(job, install_undo_disk, error) && take_away(job, install_undo_config_disc, error);
}

static gboolean run_files(Job *job, GError **error)
{
    return machine_files_remove(job_user_data(job), job_machine_uuid(job), error);
}

static gboolean run_forget(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(GError) failure = NULL;
    if (store_machine_delete(daemon->store, job_machine_uuid(job), &failure) ||
        g_error_matches(failure, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

// A machine that could not be taken away is still there, and says why.
static void end(Job *job, JobOutcome outcome, const GError *error)
{
    Daemon *daemon = job_user_data(job);
    if (outcome == JOB_SUCCEEDED)
        return;
    const char *message = "deletion was cancelled half way; delete the machine again";
    const char *code = error ? job_error_code(error, &message) : "cancelled";
    g_autoptr(GError) failure = NULL;
    if (!store_machine_set_state(daemon->store, job_machine_uuid(job), "failed", code, message, &failure))
        g_message("machine %s: %s", job_machine_name(job), failure->message);
}

static const JobStep steps[] = {
    { "stop", 1, run_stop, NULL },       { "undefine", 1, run_undefine, NULL },
    { "volumes", 1, run_volumes, NULL }, { "files", 1, run_files, NULL },
    { "forget", 1, run_forget, NULL },
};

const JobKind delete_job_kind = {
    .name = "delete",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .end = end,
};
