// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of jobs: inserting, finding, and the changes of state. Their steps are in store_steps.c,
// their events in store_events.c.
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

#define JOB_COLUMNS                                                                                          \
    "id, kind, machine_name, machine_uuid, state, phase, progress, parameters, cancel_requested, "           \
    "outcome, evidence_kept, created, started, finished, error_code, error_message, error_phase, next, "     \
    "admission IS NOT NULL, admission IS 'admitted', waiting"

void store_job_free(StoreJob *job)
{
    if (job == NULL) {
        return;
    }
    g_free(job->id);
    g_free(job->kind);
    g_free(job->machine_name);
    g_free(job->machine_uuid);
    g_free(job->state);
    g_free(job->phase);
    g_free(job->parameters);
    g_free(job->outcome);
    g_free(job->created);
    g_free(job->started);
    g_free(job->finished);
    g_free(job->error_code);
    g_free(job->error_message);
    g_free(job->error_phase);
    g_free(job->next);
    g_free(job->waiting);
    g_free(job);
}

static void job_free(gpointer job)
{
    store_job_free(job);
}

static gpointer job_of_row(sqlite3_stmt *row)
{
    StoreJob *job = g_new0(StoreJob, 1);
    int column = 0;
    job->id = store_column(row, column++);
    job->kind = store_column(row, column++);
    job->machine_name = store_column(row, column++);
    job->machine_uuid = store_column(row, column++);
    job->state = store_column(row, column++);
    job->phase = store_column(row, column++);
    job->progress = sqlite3_column_int(row, column++);
    job->parameters = store_column(row, column++);
    job->cancel_requested = sqlite3_column_int(row, column++) != 0;
    job->outcome = store_column(row, column++);
    job->evidence_kept = sqlite3_column_int(row, column++) != 0;
    job->created = store_column(row, column++);
    job->started = store_column(row, column++);
    job->finished = store_column(row, column++);
    job->error_code = store_column(row, column++);
    job->error_message = store_column(row, column++);
    job->error_phase = store_column(row, column++);
    job->next = store_column(row, column++);
    job->gated = sqlite3_column_int(row, column++) != 0;
    job->admitted = sqlite3_column_int(row, column++) != 0;
    job->waiting = store_column(row, column++);
    return job;
}

static const StoreRowKind kind = { job_of_row, job_free };

static gboolean insert_steps(Store *store, gint64 job_number, const char *job_id, const char *const *phases,
                             GError **error)
{
    for (int i = 0; phases[i] != NULL; i++) {
        if (!store_change(store, (StoreSubject){ "steps", job_id }, NULL, error,
                          "INSERT INTO steps (job, position, phase, state) VALUES (?, ?, ?, 'pending')",
                          "lis", job_number, i, phases[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean insert_job(Store *store, const StoreJob *job, const char *const *phases, GError **error)
{
    g_autofree char *now = time_now_text();
    return store_change(store, (StoreSubject){ "jobs", job->id }, NULL, error,
                        "INSERT INTO jobs (id, kind, machine_name, machine_uuid, state, parameters, created,"
                        "  admission) VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)",
                        "sssssss", job->id, job->kind, job->machine_name, job->machine_uuid, job->parameters,
                        job->created != NULL ? job->created : now, job->gated ? "waiting" : NULL) &&
           insert_steps(store, sqlite3_last_insert_rowid(store->db), job->id, phases, error);
}

static gboolean insert_all(Store *store, const StoreMachine *machine, const StoreJob *job,
                           const char *const *phases, const StoreIdempotency *idempotency, GError **error)
{
    if (machine != NULL && !store_machine_insert(store, machine, job->id, error)) {
        return FALSE;
    }
    if (!insert_job(store, job, phases, error)) {
        return FALSE;
    }
    if (machine != NULL && job->gated &&
        !store_change(store, (StoreSubject){ "machines", machine->uuid }, NULL, error,
                      "UPDATE machines SET admitted = 0 WHERE uuid = ?", "s", machine->uuid)) {
        return FALSE;
    }
    if (machine == NULL &&
        !store_change(store, (StoreSubject){ "machines", job->machine_uuid }, NULL, error,
                      "UPDATE machines SET job = ?1 WHERE uuid = ?2", "ss", job->id, job->machine_uuid)) {
        return FALSE;
    }
    return store_idempotency_insert(store, idempotency, job->id, error);
}

gboolean store_job_insert(Store *store, const StoreMachine *machine, const StoreJob *job,
                          const char *const *phases, const StoreIdempotency *idempotency, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    return store_end(store, insert_all(store, machine, job, phases, idempotency, error), error);
}

gboolean store_job_insert_next(Store *store, const char *before, const StoreJob *job,
                               const char *const *phases, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = insert_job(store, job, phases, error) &&
                  store_change(store, (StoreSubject){ "jobs", before }, NULL, error,
                               "UPDATE jobs SET next = ?2 WHERE id = ?1", "ss", before, job->id);
    return store_end(store, ok, error);
}

gboolean store_job_get(Store *store, const char *id, StoreJob **ret_job, GError **error)
{
    StoreJob *found = store_get_row(store, (StoreSubject){ "jobs", id }, &kind, error,
                                    "SELECT " JOB_COLUMNS " FROM jobs WHERE id = ?", "s", id);
    if (found != NULL) {
        *ret_job = found;
    }
    return found != NULL;
}

GPtrArray *store_job_list(Store *store, const char *machine_or_null, const char *state_or_null,
                          const char *before_id_or_null, guint limit, GError **error)
{
    return store_list_rows(store, (StoreSubject){ "jobs", NULL }, &kind, error,
                           "SELECT " JOB_COLUMNS " FROM jobs"
                           " WHERE (?1 IS NULL OR machine_name = ?1) AND (?2 IS NULL OR state = ?2)"
                           " AND (?3 IS NULL OR number < (SELECT number FROM jobs WHERE id = ?3))"
                           " ORDER BY number DESC LIMIT ?4",
                           "sssl", machine_or_null, state_or_null, before_id_or_null, (gint64)limit);
}

GPtrArray *store_job_unfinished(Store *store, GError **error)
{
    return store_list_rows(
        store, (StoreSubject){ "jobs", NULL }, &kind, error,
        "SELECT " JOB_COLUMNS " FROM jobs WHERE state IN ('queued', 'running') ORDER BY number", "");
}

// Runs an UPDATE of one job's row. No row changed is well if the job is there: it has ended already.
static gboolean update_job(Store *store, const char *id, GError **error, const char *sql, const char *types,
                           ...)
{
    StoreSubject subject = { "jobs", id };
    if (!store_begin(store, error)) {
        return FALSE;
    }
    va_list arguments;
    va_start(arguments, types);
    sqlite3_stmt *statement = store_query_va(store, subject, error, sql, types, arguments);
    va_end(arguments);
    gboolean ok = statement != NULL && store_next(store, statement, subject, error) == 0;
    if (statement != NULL) {
        store_reset(statement);
    }
    if (ok && sqlite3_changes(store->db) == 0) {
        g_autoptr(StoreJob) job = NULL;
        ok = store_job_get(store, id, &job, error);
    }
    return store_end(store, ok, error);
}

gboolean store_job_start(Store *store, const char *id, GError **error)
{
    g_autofree char *now = time_now_text();
    return update_job(store, id, error,
                      "UPDATE jobs SET state = 'running', started = coalesce(started, ?2)"
                      " WHERE id = ?1 AND state = 'queued'",
                      "ss", id, now);
}

gboolean store_job_request_cancel(Store *store, const char *id, GError **error)
{
    return update_job(store, id, error,
                      "UPDATE jobs SET cancel_requested = 1"
                      " WHERE id = ?1 AND state IN ('queued', 'running')",
                      "s", id);
}

gboolean store_job_begin_undo(Store *store, const char *id, const char *outcome, const char *error_code,
                              const char *error_message, const char *error_phase, GError **error)
{
    return update_job(store, id, error,
                      "UPDATE jobs SET outcome = ?2, error_code = ?3, error_message = ?4, error_phase = ?5"
                      " WHERE id = ?1 AND state IN ('queued', 'running')",
                      "sssss", id, outcome, error_code, error_message, error_phase);
}

gboolean store_job_set_evidence_kept(Store *store, const char *id, GError **error)
{
    return update_job(store, id, error, "UPDATE jobs SET evidence_kept = 1 WHERE id = ?1", "s", id);
}

gboolean store_job_finish(Store *store, const char *id, const char *state, const char *error_code,
                          const char *error_message, const char *error_phase, GError **error)
{
    g_autofree char *now = time_now_text();
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok =
        update_job(store, id, error,
                   "UPDATE jobs SET state = ?2, error_code = ?3, error_message = ?4, error_phase = ?5,"
                   " finished = ?6, progress = CASE ?2 WHEN 'succeeded' THEN 100 ELSE progress END"
                   " WHERE id = ?1 AND state IN ('queued', 'running')",
                   "ssssss", id, state, error_code, error_message, error_phase, now) &&
        store_change(store, (StoreSubject){ "steps", id }, NULL, error,
                     "UPDATE steps SET state = 'skipped'"
                     " WHERE job = (SELECT number FROM jobs WHERE id = ?) AND state = 'pending'",
                     "s", id);
    return store_end(store, ok, error);
}

gboolean store_job_set_progress(Store *store, const char *id, int progress, GError **error)
{
    return update_job(store, id, error, "UPDATE jobs SET progress = max(progress, ?2) WHERE id = ?1", "si",
                      id, CLAMP(progress, 0, 100));
}
