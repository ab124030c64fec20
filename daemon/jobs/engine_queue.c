// SPDX-License-Identifier: GPL-3.0-or-later
// The queue of jobs: which may run now. In order of creation, one at a time a machine, bounded by class; one
// that is gated not before it is admitted.
#include "daemon/jobs/engine_private.h"

Job *job_new(JobEngine *engine, const StoreJob *row)
{
    Job *job = g_new0(Job, 1);
    job->references = 1;
    job->engine = engine;
    job->kind = job_engine_kind(engine, row->kind);
    job->id = g_strdup(row->id);
    job->kind_name = g_strdup(row->kind);
    job->machine_name = g_strdup(row->machine_name);
    job->machine_uuid = g_strdup(row->machine_uuid);
    job->parameters = g_strdup(row->parameters);
    job->cancel_requested = row->cancel_requested;
    job->taken_up = g_strcmp0(row->state, "queued") != 0;
    job->admitted = job->taken_up || row->admitted || job->kind == NULL || !job->kind->gated;
    g_mutex_init(&job->cancel_lock);
    g_cond_init(&job->changed);
    return job;
}

Job *job_ref(Job *job)
{
    g_atomic_int_inc(&job->references);
    return job;
}

void job_unref(Job *job)
{
    if (!g_atomic_int_dec_and_test(&job->references)) {
        return;
    }
    g_clear_object(&job->cancellable);
    g_mutex_clear(&job->cancel_lock);
    g_cond_clear(&job->changed);
    g_free(job->id);
    g_free(job->kind_name);
    g_free(job->machine_name);
    g_free(job->machine_uuid);
    g_free(job->parameters);
    g_free(job->states);
    g_free(job->expected);
    g_free(job->error_phase);
    g_free(job);
}

void job_engine_enqueue(JobEngine *engine, Job *job)
{
    g_queue_push_tail(&engine->jobs, job);
    g_hash_table_insert(engine->live, job->id, job);
}

JobClass job_class(const Job *job)
{
    if (!job->taken_up && job->cancel_requested) {
        return JOB_CLASS_DROPPED;
    }
    return job->kind != NULL && job->kind->counts_as_install ? JOB_CLASS_INSTALL : JOB_CLASS_OTHER;
}

const char *job_machine_key(const Job *job)
{
    return job->machine_uuid != NULL ? job->machine_uuid : job->machine_name;
}

static void run_in_pool(JobEngine *engine, Job *job, JobClass class)
{
    g_autoptr(GError) error = NULL;
    job->place = JOB_RUNNING;
    job->class = class;
    engine->running[class]++;
    if (!g_thread_pool_push(engine->workers, job_ref(job), &error)) {
        // The job stays in the pool's queue until a thread is free.
        g_warning("job %s: no thread for it now: %s", job->id, error->message);
    }
}

void job_engine_dispatch(JobEngine *engine)
{
    if (!engine->started || engine->stopping) {
        return;
    }
    g_autoptr(GHashTable) busy = g_hash_table_new(g_str_hash, g_str_equal);
    for (GList *item = engine->jobs.head; item != NULL; item = item->next) {
        Job *job = item->data;
        const char *machine = job_machine_key(job);
        if (job->place == JOB_WAITING) {
            JobClass class = job_class(job);
            gboolean machine_free = machine == NULL || !g_hash_table_contains(busy, machine);
            if (engine->running[class] < engine->limits[class] &&
                ((machine_free && job->admitted) || class == JOB_CLASS_DROPPED)) {
                run_in_pool(engine, job, class);
            }
        }
        if (machine != NULL) {
            g_hash_table_add(busy, (gpointer)machine);
        }
    }
}

void job_engine_work(gpointer data, gpointer user_data)
{
    g_autoptr(Job) job = data;
    JobEngine *engine = user_data;
    job_run(job);

    g_autoptr(Job) queued = NULL; // the queue's reference, dropped after the lock
    g_mutex_lock(&engine->lock);
    job->place = JOB_GONE;
    engine->running[job->class]--;
    // The row of a job that was interrupted stays unfinished: the next start takes it up.
    if (g_queue_remove(&engine->jobs, job)) {
        queued = job;
    }
    g_hash_table_remove(engine->live, job->id);
    g_cond_broadcast(&job->changed);
    job_engine_dispatch(engine);
    gboolean stopping = engine->stopping;
    g_mutex_unlock(&engine->lock);
    if (!stopping) {
        job_engine_tell_changed(engine);
    }
}
