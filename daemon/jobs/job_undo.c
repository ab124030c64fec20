// SPDX-License-Identifier: GPL-3.0-or-later
// Undoing a job that failed or was cancelled: evidence first, then every step that was begun, last first. Its
// progress is stored, so that a daemon that is killed here goes on at the same place.
#include "daemon/jobs/engine_private.h"

static gboolean was_begun(StepState state)
{
    return state == STEP_RUNNING || state == STEP_DONE || state == STEP_FAILED;
}

static gboolean anything_begun(const Job *job)
{
    for (gsize i = 0; i < job->kind->step_count; i++) {
        if (was_begun(job->states[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

// After a restart the undos need what begin() builds. Without it they run all the same.
static gboolean begin_again(Job *job)
{
    if (job->began || job->data != NULL || !anything_begun(job)) {
        return TRUE;
    }
    g_autoptr(GError) error = NULL;
    job_enter(job, NULL, TRUE);
    if (!job_begin(job, &error)) {
        if (job_engine_is_stopping(job->engine)) {
            return FALSE;
        }
        job_log_undo_failure(job, "begin", error);
    }
    return TRUE;
}

static gboolean keep_evidence(Job *job, GError *error)
{
    if (job->outcome != JOB_FAILED || job->evidence_kept || job->kind->failing == NULL || !job->began) {
        return TRUE;
    }
    job_enter(job, NULL, TRUE);
    job->kind->failing(job, error);
    return !job_engine_is_stopping(job->engine) && job_record_evidence_kept(job, error);
}

static gboolean undo_step(Job *job, gsize index)
{
    g_autoptr(GError) error = NULL;
    const JobStep *step = &job->kind->steps[index];
    if (job_engine_is_stopping(job->engine)) {
        return FALSE;
    }
    job_enter(job, step, TRUE);
    if (step->undo(job, &error)) {
        return job_record_step(job, index, STEP_UNDONE);
    }
    if (job_engine_is_stopping(job->engine)) {
        return FALSE;
    }
    job_log_undo_failure(job, step->phase, error);
    return TRUE;
}

gboolean job_undo(Job *job, GError *error)
{
    if (!begin_again(job) || !keep_evidence(job, error)) {
        return FALSE;
    }
    for (gsize i = job->kind->step_count; i-- > 0;) {
        if (was_begun(job->states[i]) && job->kind->steps[i].undo != NULL && !undo_step(job, i)) {
            return FALSE;
        }
    }
    return TRUE;
}
