// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for a job's events or end, for clients that follow it.
#include "daemon/jobs/engine_private.h"

void job_publish(Job *job, gint64 sequence)
{
    g_mutex_lock(&job->engine->lock);
    job->last_sequence = MAX(job->last_sequence, sequence);
    g_cond_broadcast(&job->changed);
    g_mutex_unlock(&job->engine->lock);
}

// @sequence: the last one known, or G_MAXINT64 to wait for the end only.
static gboolean wait_for(JobEngine *engine, const char *id, gint64 sequence, guint timeout_ms)
{
    gint64 until = g_get_monotonic_time() + (gint64)timeout_ms * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&engine->lock);
    Job *found = g_hash_table_lookup(engine->live, id);
    g_autoptr(Job) job = found != NULL ? job_ref(found) : NULL;
    while (!engine->stopping && job != NULL && job->place != JOB_GONE && job->last_sequence <= sequence) {
        if (!g_cond_wait_until(&job->changed, &engine->lock, until)) {
            break;
        }
    }
    gboolean stopping = engine->stopping;
    g_mutex_unlock(&engine->lock);
    return !stopping;
}

gboolean job_engine_wait_event(JobEngine *engine, const char *id, gint64 sequence, guint timeout_ms)
{
    return wait_for(engine, id, sequence, timeout_ms);
}

gboolean job_engine_wait_end(JobEngine *engine, const char *id, guint timeout_ms)
{
    return wait_for(engine, id, G_MAXINT64, timeout_ms);
}
