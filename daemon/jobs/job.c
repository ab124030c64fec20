// SPDX-License-Identifier: GPL-3.0-or-later
// One running job: begin, its steps in order, the decision how it ends. Undoing is in job_undo.c, storing in
// job_record.c. Runs in the job's own thread.
#include "daemon/jobs/engine_private.h"

const char *job_id(const Job *job)
{
    return job->id;
}

const char *job_machine_name(const Job *job)
{
    return job->machine_name;
}

const char *job_machine_uuid(const Job *job)
{
    return job->machine_uuid;
}

const char *job_parameters(const Job *job)
{
    return job->parameters;
}

const char *job_phase(const Job *job)
{
    return job->step != NULL ? job->step->phase : NULL;
}

gpointer job_user_data(const Job *job)
{
    return job->engine->user_data;
}

gpointer job_data(const Job *job)
{
    return job->data;
}

gboolean job_was_resumed(const Job *job)
{
    return job->resumed;
}

gboolean job_begin(Job *job, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (job->kind->begin != NULL) {
        job->data = job->kind->begin(job, &failure);
    }
    job->began = failure == NULL;
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

static gboolean step_is_over(StepState state)
{
    return state == STEP_DONE || state == STEP_SKIPPED;
}

static gboolean run_step(Job *job, gsize index, GError **error)
{
    const JobStep *step = &job->kind->steps[index];
    gboolean resumed = job->states[index] != STEP_PENDING;
    if (!job_record_step(job, index, STEP_RUNNING)) {
        return FALSE; // the daemon stops
    }
    job_enter(job, step, FALSE);
    job->resumed = resumed;
    if (!step->run(job, error)) {
        return FALSE;
    }
    job_leave(job);
    return job_record_step(job, index, STEP_DONE);
}

// All that a job does when nothing goes wrong. FALSE with or without @error.
static gboolean run_forward(Job *job, GError **error)
{
    job_enter(job, NULL, FALSE);
    if (!job_check(job, error)) {
        return FALSE;
    }
    if (!job->steps_match) {
        job_fail(error, "internal", "the steps of \"%s\" are not those that this job was stored with",
                 job->kind_name);
        return FALSE;
    }
    if (!job_begin(job, error)) {
        return FALSE;
    }
    job_leave(job);
    for (gsize i = 0; i < job->kind->step_count; i++) {
        if (step_is_over(job->states[i])) {
            continue;
        }
        if (!job_check(job, error) || !run_step(job, i, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

// The reason why a step failed after its time limit had passed: its own, if it gave one.
static void explain_time_limit(Job *job, GError **error)
{
    if (g_error_matches(*error, JOB_ERROR, JOB_ERROR_FAILED) ||
        g_error_matches(*error, JOB_ERROR, JOB_ERROR_TIME_LIMIT)) {
        return;
    }
    g_autofree char *last = *error != NULL ? g_strdup_printf(" (%s)", (*error)->message) : g_strdup("");
    g_clear_error(error);
    g_set_error(error, JOB_ERROR, JOB_ERROR_TIME_LIMIT, "%s: not done within %u seconds%s",
                job->step != NULL ? job->step->phase : "begin", job->limit_seconds, last);
}

// Makes sure that there is a reason, and one that says what has happened.
static void explain_failure(Job *job, GError **error)
{
    gboolean false_stop = g_error_matches(*error, JOB_ERROR, JOB_ERROR_CANCELLED) ||
                          g_error_matches(*error, JOB_ERROR, JOB_ERROR_INTERRUPTED);
    if (*error == NULL || false_stop) {
        g_clear_error(error);
        job_fail(error, "internal", "%s: stopped without a reason",
                 job->step != NULL ? job->step->phase : "begin");
    }
}

// Decides how the job ends; from here on a cancel comes too late. FALSE if it does not end, because the
// daemon stops.
static gboolean decide(Job *job, gboolean done, GError **error)
{
    g_autoptr(GMutexLocker) cancel = g_mutex_locker_new(&job->cancel_lock);
    g_mutex_lock(&job->engine->lock);
    gboolean stopping = job->engine->stopping;
    gboolean cancelled = job->cancel_requested;
    gboolean limit_hit = job->limit_hit;
    job->decided = done || !stopping;
    g_mutex_unlock(&job->engine->lock);

    if (!done && stopping) {
        return FALSE;
    }
    if (cancelled) {
        job->outcome = JOB_CANCELLED;
        g_clear_error(error);
        g_set_error(error, JOB_ERROR, JOB_ERROR_CANCELLED, "cancelled on request");
    } else if (!done) {
        job->outcome = JOB_FAILED;
        if (limit_hit) {
            explain_time_limit(job, error);
        }
        explain_failure(job, error);
    } else {
        job->outcome = JOB_SUCCEEDED;
    }
    return TRUE;
}

static void finish(Job *job, const GError *error)
{
    if (job->kind->end != NULL) {
        job_enter(job, NULL, TRUE);
        job->kind->end(job, job->outcome, error);
    }
    job_record_finish(job, error);
}

// A job of a kind that this version does not know: nothing can be run or undone.
static void refuse(Job *job)
{
    g_autoptr(GError) error = NULL;
    job_fail(&error, "unknown-kind", "this version of sevend has no jobs of kind \"%s\"", job->kind_name);
    job->outcome = JOB_FAILED;
    job_record_finish(job, error);
}

static void run_loaded(Job *job, char *stored_code, char *stored_message)
{
    g_autoptr(GError) error = NULL;
    if (stored_code != NULL) { // killed in the undo
        error = job_error_of_row(stored_code, stored_message);
    } else {
        gboolean dropped = !job->taken_up && g_cancellable_is_cancelled(job->cancellable);
        if (!dropped && !job_record_start(job)) {
            return;
        }
        gboolean done = run_forward(job, &error);
        if (!decide(job, done, &error)) {
            return;
        }
        if (job->outcome != JOB_SUCCEEDED && !job_record_outcome(job, error)) {
            return;
        }
    }
    if (job->outcome == JOB_SUCCEEDED || job_undo(job, error)) {
        finish(job, error);
    }
}

void job_run(Job *job)
{
    g_autofree char *stored_code = NULL;
    g_autofree char *stored_message = NULL;
    job_enter(job, NULL, FALSE);
    if (job_engine_is_stopping(job->engine) || !job_record_load(job, &stored_code, &stored_message)) {
        return;
    }
    if (job->kind == NULL) {
        refuse(job);
        return;
    }
    run_loaded(job, stored_code, stored_message);
    if (job->data != NULL && job->kind->free_data != NULL) {
        job->kind->free_data(job->data);
    }
    job->data = NULL;
}
