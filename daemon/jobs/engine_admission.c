// SPDX-License-Identifier: GPL-3.0-or-later
// Gated jobs: they stay queued until somebody outside admits them, who knows what they wait for. The engine
// only knows that they wait.
#include "daemon/jobs/engine_private.h"

void job_engine_set_changed(JobEngine *engine, void (*changed)(gpointer user_data))
{
    engine->changed = changed;
}

void job_engine_tell_changed(JobEngine *engine)
{
    if (engine->changed != NULL) {
        engine->changed(engine->user_data);
    }
}

void job_engine_admit(JobEngine *engine, const char *id)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->lock);
    Job *job = g_hash_table_lookup(engine->live, id);
    if (job != NULL) {
        job->admitted = TRUE;
        job_engine_dispatch(engine);
    }
}

static gboolean store_waiting(JobEngine *engine, const char *id, const char *text, gboolean tell,
                              gint64 *ret_sequence, GError **error)
{
    g_autofree char *data = job_event_waiting(text);
    if (!store_begin(engine->store, error)) {
        return FALSE;
    }
    gboolean waits = FALSE;
    gboolean ok = store_quota_set_waiting(engine->store, id, text, &waits, error) &&
                  (!waits || !tell || store_event_add(engine->store, id, "state", data, ret_sequence, error));
    return store_end(engine->store, ok, error);
}

gboolean job_engine_set_waiting(JobEngine *engine, const char *id, const char *text, gboolean tell,
                                GError **error)
{
    gint64 sequence = 0;
    if (!store_waiting(engine, id, text, tell, &sequence, error)) {
        return FALSE;
    }
    g_mutex_lock(&engine->lock);
    Job *found = g_hash_table_lookup(engine->live, id);
    g_autoptr(Job) job = found != NULL ? job_ref(found) : NULL;
    g_mutex_unlock(&engine->lock);
    if (job != NULL && sequence > 0) {
        job_publish(job, sequence);
    }
    return TRUE;
}

// The job before @job that its machine is busy with. With engine->lock held.
static const Job *before_of(JobEngine *engine, const Job *job)
{
    const char *machine = job_machine_key(job);
    for (GList *item = engine->jobs.head; item != NULL && item->data != job; item = item->next) {
        const Job *other = item->data;
        if (machine != NULL && g_strcmp0(job_machine_key(other), machine) == 0) {
            return other;
        }
    }
    return NULL;
}

char *job_engine_why_queued(JobEngine *engine, const char *id)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->lock);
    const Job *job = g_hash_table_lookup(engine->live, id);
    if (job == NULL || job->place != JOB_WAITING || !job->admitted) {
        return NULL;
    }
    const Job *before = before_of(engine, job);
    if (before != NULL) {
        return g_strdup_printf("waits for job %s (%s) of the same machine", before->id, before->kind_name);
    }
    JobClass class = job_class(job);
    if (engine->running[class] >= engine->limits[class]) {
        return g_strdup_printf("waits for one of %u jobs that are at work to end", engine->running[class]);
    }
    return NULL;
}

gboolean job_engine_machine_at_work(JobEngine *engine, const char *machine_uuid)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->lock);
    for (GList *item = engine->jobs.head; item != NULL; item = item->next) {
        const Job *job = item->data;
        if (job->place == JOB_RUNNING && g_strcmp0(job->machine_uuid, machine_uuid) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}
