// SPDX-License-Identifier: GPL-3.0-or-later
// What tells a running step to stop: a cancel, the daemon's end, its time limit. An undo is stopped by the
// last two only.
#include "daemon/jobs/engine_private.h"

#define ROOM_POLL_MS 200

gboolean job_engine_is_stopping(JobEngine *engine)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->lock);
    return engine->stopping;
}

// With engine->lock held.
static void set_limit(Job *job, guint seconds)
{
    job->limit_seconds = seconds;
    job->deadline = seconds == 0 ? 0 : g_get_monotonic_time() + (gint64)seconds * G_TIME_SPAN_SECOND;
    g_cond_signal(&job->engine->timer_changed);
}

void job_enter(Job *job, const JobStep *step, gboolean undoing)
{
    GCancellable *fresh = g_cancellable_new();
    job->step = step;
    job->resumed = FALSE;
    g_mutex_lock(&job->engine->lock);
    GCancellable *old = job->cancellable;
    job->cancellable = fresh;
    job->undoing = undoing;
    job->limit_hit = FALSE;
    set_limit(job, undoing ? JOB_UNDO_LIMIT_SECONDS : JOB_STEP_LIMIT_SECONDS);
    // Whoever asks from now on finds the new one; whoever asked before found the old one.
    gboolean stop = job->engine->stopping || (job->cancel_requested && !undoing);
    g_mutex_unlock(&job->engine->lock);
    if (stop) {
        g_cancellable_cancel(fresh);
    }
    g_clear_object(&old);
}

void job_leave(Job *job)
{
    g_mutex_lock(&job->engine->lock);
    job->limit_hit = FALSE;
    job->deadline = 0;
    g_mutex_unlock(&job->engine->lock);
}

GCancellable *job_cancellable(const Job *job)
{
    // Only this thread changes it.
    return job->cancellable;
}

void job_set_time_limit(Job *job, guint seconds)
{
    g_mutex_lock(&job->engine->lock);
    if (!job->limit_hit) {
        set_limit(job, seconds);
    }
    g_mutex_unlock(&job->engine->lock);
}

typedef enum { GO_ON, STOP_INTERRUPTED, STOP_CANCELLED, STOP_TIME_LIMIT } StopReason;

// With engine->lock held.
static StopReason reason_to_stop(Job *job)
{
    if (job->engine->stopping) {
        return STOP_INTERRUPTED;
    }
    if (job->cancel_requested && !job->undoing) {
        return STOP_CANCELLED;
    }
    return job->limit_hit ? STOP_TIME_LIMIT : GO_ON;
}

static gboolean set_reason(Job *job, StopReason reason, GError **error)
{
    switch (reason) {
    case GO_ON:
        return TRUE;
    case STOP_INTERRUPTED:
        g_set_error(error, JOB_ERROR, JOB_ERROR_INTERRUPTED, "the daemon stops");
        break;
    case STOP_CANCELLED:
        g_set_error(error, JOB_ERROR, JOB_ERROR_CANCELLED, "cancelled on request");
        break;
    case STOP_TIME_LIMIT:
        g_set_error(error, JOB_ERROR, JOB_ERROR_TIME_LIMIT, "%s: not done within %u seconds",
                    job->step != NULL ? job->step->phase : "begin", job->limit_seconds);
        break;
    }
    return FALSE;
}

gboolean job_check(Job *job, GError **error)
{
    g_mutex_lock(&job->engine->lock);
    StopReason reason = reason_to_stop(job);
    g_mutex_unlock(&job->engine->lock);
    return set_reason(job, reason, error);
}

gboolean job_sleep(Job *job, guint milliseconds, GError **error)
{
    gint64 until = g_get_monotonic_time() + (gint64)milliseconds * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&job->engine->lock);
    StopReason reason = reason_to_stop(job);
    while (reason == GO_ON && g_cond_wait_until(&job->changed, &job->engine->lock, until)) {
        reason = reason_to_stop(job);
    }
    g_mutex_unlock(&job->engine->lock);
    return set_reason(job, reason, error);
}

// With engine->lock held.
static void count_as(Job *job, JobClass class)
{
    job->engine->running[job->class]--;
    job->class = class;
    job->engine->running[class]++;
}

void job_stop_counting(Job *job)
{
    g_mutex_lock(&job->engine->lock);
    job->counted_class = job->class;
    count_as(job, JOB_CLASS_IDLE);
    job_engine_dispatch(job->engine);
    g_mutex_unlock(&job->engine->lock);
}

gboolean job_resume_counting(Job *job, GError **error)
{
    JobEngine *engine = job->engine;
    const JobClass class = job->counted_class;
    gboolean may_go_on = TRUE, has_room = FALSE;
    while (may_go_on && !has_room) {
        g_mutex_lock(&engine->lock);
        has_room = engine->running[class] < engine->limits[class];
        if (has_room) {
            count_as(job, class);
        }
        g_mutex_unlock(&engine->lock);
        may_go_on = has_room || job_sleep(job, ROOM_POLL_MS, error);
    }
    if (!may_go_on) { // to be undone, which is not to wait
        g_mutex_lock(&engine->lock);
        count_as(job, class);
        g_mutex_unlock(&engine->lock);
    }
    return may_go_on;
}
