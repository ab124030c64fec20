// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of events: what clients follow. Bounded for each job, so that a chatty guest cannot fill
// the disk; what says least goes first.
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

void store_event_free(StoreEvent *event)
{
    if (event == NULL) {
        return;
    }
    g_free(event->time);
    g_free(event->kind);
    g_free(event->data);
    g_free(event);
}

static void event_free(gpointer event)
{
    store_event_free(event);
}

// Removes the oldest event of the least important kind that the job has.
static gboolean remove_one(Store *store, const char *job_id, GError **error)
{
    static const char *const kinds[] = { "console", "progress", "log", "phase", "state" };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        int changes = 0;
        if (!store_change(store, (StoreSubject){ "events", job_id }, &changes, error,
                          "DELETE FROM events WHERE sequence = (SELECT min(sequence) FROM events"
                          " WHERE job = (SELECT number FROM jobs WHERE id = ?1) AND kind = ?2)",
                          "ss", job_id, kinds[i])) {
            return FALSE;
        }
        if (changes > 0) {
            return TRUE;
        }
    }
    return TRUE;
}

// TRUE with *ret_full: whether one event must go before another may come. Counts the new one otherwise.
static gboolean count_event(Store *store, const char *job_id, gboolean *ret_full, GError **error)
{
    StoreSubject subject = { "jobs", job_id };
    int changes = 0;
    if (!store_change(store, subject, &changes, error,
                      "UPDATE jobs SET event_count = event_count + 1 WHERE id = ? AND event_count < ?", "si",
                      job_id, STORE_EVENTS_PER_JOB)) {
        return FALSE;
    }
    *ret_full = changes == 0;
    if (!*ret_full) {
        return TRUE;
    }
    g_autoptr(StoreJob) job = NULL;
    return store_job_get(store, job_id, &job, error);
}

static gboolean add_event(Store *store, const char *job_id, const char *kind, const char *data_json,
                          gint64 *ret_sequence, GError **error)
{
    g_autofree char *now = time_now_text();
    gboolean full = FALSE;
    if (!count_event(store, job_id, &full, error) || (full && !remove_one(store, job_id, error)) ||
        !store_change(store, (StoreSubject){ "events", job_id }, NULL, error,
                      "INSERT INTO events (job, time, kind, data)"
                      " VALUES ((SELECT number FROM jobs WHERE id = ?), ?, ?, ?)",
                      "ssss", job_id, now, kind, data_json)) {
        return FALSE;
    }
    if (ret_sequence != NULL) {
        *ret_sequence = sqlite3_last_insert_rowid(store->db);
    }
    return TRUE;
}

gboolean store_event_add(Store *store, const char *job_id, const char *kind, const char *data_json,
                         gint64 *ret_sequence, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    return store_end(store, add_event(store, job_id, kind, data_json, ret_sequence, error), error);
}

GPtrArray *store_event_list(Store *store, const char *job_id, gint64 after_sequence, guint limit,
                            GError **error)
{
    StoreSubject subject = { "events", job_id };
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(event_free);
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row = store_query(store, subject, error,
                                    "SELECT sequence, time, kind, data FROM events"
                                    " WHERE job = (SELECT number FROM jobs WHERE id = ?) AND sequence > ?"
                                    " ORDER BY sequence LIMIT ?",
                                    "sll", job_id, after_sequence, (gint64)limit);
    if (row != NULL) {
        while ((result = store_next(store, row, subject, error)) == 1) {
            StoreEvent *event = g_new0(StoreEvent, 1);
            event->sequence = sqlite3_column_int64(row, 0);
            event->time = store_column(row, 1);
            event->kind = store_column(row, 2);
            event->data = store_column(row, 3);
            g_ptr_array_add(list, event);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result == 0 ? g_steal_pointer(&list) : NULL;
}

gboolean store_event_last(Store *store, const char *job_id, gint64 *ret_sequence, GError **error)
{
    StoreSubject subject = { "events", job_id };
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row = store_query(store, subject, error,
                                    "SELECT coalesce(max(sequence), 0) FROM events"
                                    " WHERE job = (SELECT number FROM jobs WHERE id = ?)",
                                    "s", job_id);
    if (row != NULL) {
        result = store_next(store, row, subject, error);
        if (result == 1) {
            *ret_sequence = sqlite3_column_int64(row, 0);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result == 1;
}
