// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of steps: what of a job was begun, done, undone. What a daemon that was killed resumes
// by.
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

void store_step_free(StoreStep *step)
{
    if (step == NULL) {
        return;
    }
    g_free(step->phase);
    g_free(step->state);
    g_free(step->started);
    g_free(step->finished);
    g_free(step->detail);
    g_free(step);
}

static void step_free(gpointer step)
{
    store_step_free(step);
}

GPtrArray *store_step_list(Store *store, const char *job_id, GError **error)
{
    StoreSubject subject = { "steps", job_id };
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(step_free);
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row = store_query(store, subject, error,
                                    "SELECT phase, state, started, finished, detail FROM steps"
                                    " WHERE job = (SELECT number FROM jobs WHERE id = ?) ORDER BY position",
                                    "s", job_id);
    if (row != NULL) {
        while ((result = store_next(store, row, subject, error)) == 1) {
            StoreStep *step = g_new0(StoreStep, 1);
            step->phase = store_column(row, 0);
            step->state = store_column(row, 1);
            step->started = store_column(row, 2);
            step->finished = store_column(row, 3);
            step->detail = store_column(row, 4);
            g_ptr_array_add(list, step);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result == 0 ? g_steal_pointer(&list) : NULL;
}

static gboolean set_step(Store *store, const char *job_id, const char *phase, const char *state,
                         const char *detail_or_null, GError **error)
{
    g_autofree char *now = time_now_text();
    g_autofree char *key = g_strdup_printf("%s/%s", job_id, phase);
    StoreSubject subject = { "steps", key };
    int changes = 0;
    // The time of an undo does not replace the time when the step itself ended.
    if (!store_change(store, subject, &changes, error,
                      "UPDATE steps SET state = ?3, detail = coalesce(?4, detail),"
                      " started = CASE ?3 WHEN 'running' THEN coalesce(started, ?5) ELSE started END,"
                      " finished = CASE ?3 WHEN 'pending' THEN NULL WHEN 'running' THEN NULL"
                      "  WHEN 'undone' THEN coalesce(finished, ?5) ELSE ?5 END"
                      " WHERE job = (SELECT number FROM jobs WHERE id = ?1) AND phase = ?2",
                      "sssss", job_id, phase, state, detail_or_null, now)) {
        return FALSE;
    }
    if (changes == 0) {
        store_set_not_found(subject, error);
        return FALSE;
    }
    return g_strcmp0(state, "running") != 0 ||
           store_change(store, (StoreSubject){ "jobs", job_id }, NULL, error,
                        "UPDATE jobs SET phase = ?2 WHERE id = ?1", "ss", job_id, phase);
}

gboolean store_step_set(Store *store, const char *job_id, const char *phase, const char *state,
                        const char *detail_or_null, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    return store_end(store, set_step(store, job_id, phase, state, detail_or_null, error), error);
}

gboolean store_step_set_detail(Store *store, const char *job_id, const char *phase, const char *detail,
                               GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "steps", job_id }, NULL, error,
                               "UPDATE steps SET detail = ?3"
                               " WHERE job = (SELECT number FROM jobs WHERE id = ?1) AND phase = ?2",
                               "sss", job_id, phase, detail);
    return store_end(store, ok, error);
}
