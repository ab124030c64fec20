// SPDX-License-Identifier: GPL-3.0-or-later
// One thread that ends the time limits of running steps: it triggers their cancellables, so that a step that
// waits for a child or for libvirt wakes.
#include "daemon/jobs/engine_private.h"

// Marks the jobs whose limit has passed and collects their cancellables. Returns the next deadline, 0 if
// none.
static gint64 collect_passed(JobEngine *engine, GPtrArray *ret_cancellables)
{
    gint64 now = g_get_monotonic_time();
    gint64 next = 0;
    for (GList *item = engine->jobs.head; item != NULL; item = item->next) {
        Job *job = item->data;
        if (job->deadline == 0) {
            continue;
        }
        if (job->deadline > now) {
            next = next == 0 ? job->deadline : MIN(next, job->deadline);
            continue;
        }
        job->deadline = 0;
        job->limit_hit = TRUE;
        g_cond_broadcast(&job->changed);
        if (job->cancellable != NULL) {
            g_ptr_array_add(ret_cancellables, g_object_ref(job->cancellable));
        }
    }
    return next;
}

gpointer job_engine_timer(gpointer data)
{
    JobEngine *engine = data;
    g_mutex_lock(&engine->lock);
    while (!engine->stopping) {
        g_autoptr(GPtrArray) passed = g_ptr_array_new_with_free_func(g_object_unref);
        gint64 next = collect_passed(engine, passed);
        if (passed->len > 0) {
            // Cancelling calls back into whoever listens: not under the lock.
            g_mutex_unlock(&engine->lock);
            for (guint i = 0; i < passed->len; i++) {
                g_cancellable_cancel(g_ptr_array_index(passed, i));
            }
            g_mutex_lock(&engine->lock);
        } else if (next == 0) {
            g_cond_wait(&engine->timer_changed, &engine->lock);
        } else {
            g_cond_wait_until(&engine->timer_changed, &engine->lock, next);
        }
    }
    g_mutex_unlock(&engine->lock);
    return NULL;
}
