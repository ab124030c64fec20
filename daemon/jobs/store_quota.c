// SPDX-License-Identifier: GPL-3.0-or-later
// What counts against quotas: sums over the rows of machines and jobs. Who may begin is not decided here (see
// daemon/quota), but an admission and what it takes are one transaction.
#include "daemon/jobs/store_private.h"

// Whom machine m counts for.
#define USER                                                                                                 \
    "coalesce((SELECT holder FROM leases WHERE leases.machine_uuid = m.uuid AND leases.state = 'held'),"     \
    " m.owner, 'pool ' || m.pool, 'nobody')"
// Machines on which a job that was admitted is at work.
#define AT_WORK                                                                                              \
    "SELECT machine_uuid FROM jobs WHERE admission = 'admitted' AND state IN ('queued', 'running')"          \
    " AND machine_uuid IS NOT NULL"

static StoreAmount amount_of_row(sqlite3_stmt *row, int column)
{
    return (StoreAmount){
        .machines = sqlite3_column_int64(row, column),
        .vcpus = sqlite3_column_int64(row, column + 1),
        .memory_mib = sqlite3_column_int64(row, column + 2),
        .disk_gib = sqlite3_column_int64(row, column + 3),
        .installs = sqlite3_column_int64(row, column + 4),
    };
}

static void use_free(gpointer data)
{
    StoreUse *use = data;
    g_free(use->user);
    g_free(use);
}

static gpointer use_of_row(sqlite3_stmt *row)
{
    StoreUse *use = g_new0(StoreUse, 1);
    use->user = store_column(row, 0);
    use->running = sqlite3_column_int64(row, 1);
    use->amount = amount_of_row(row, 2);
    return use;
}

GPtrArray *store_quota_use(Store *store, const char *install_kind, GError **error)
{
    static const StoreRowKind kind = { use_of_row, use_free };
    return store_list_rows(store, (StoreSubject){ "machines", NULL }, &kind, error,
                           "SELECT " USER ", sum(m.runs), count(*), sum(m.runs * m.vcpus),"
                           " sum(m.runs * m.memory_mib), sum(m.disk_gib),"
                           " sum(m.uuid IN (" AT_WORK " AND kind = ?1))"
                           " FROM machines AS m WHERE m.admitted = 1 GROUP BY 1 ORDER BY 1",
                           "s", install_kind);
}

static void waiter_free(gpointer data)
{
    StoreWaiter *waiter = data;
    g_free(waiter->job);
    g_free(waiter->user);
    g_free(waiter->waiting);
    g_free(waiter->image);
    g_free(waiter->maker);
    g_free(waiter);
}

static gpointer waiter_of_row(sqlite3_stmt *row)
{
    StoreWaiter *waiter = g_new0(StoreWaiter, 1);
    waiter->job = store_column(row, 0);
    waiter->user = store_column(row, 1);
    waiter->waiting = store_column(row, 2);
    waiter->number = sqlite3_column_int64(row, 3);
    waiter->overtaken = sqlite3_column_int64(row, 4);
    waiter->need = amount_of_row(row, 5);
    waiter->image = store_column(row, 10);
    waiter->maker = store_column(row, 11);
    return waiter;
}

// A job whose machine has gone takes nothing: it is let in, and says so itself.
GPtrArray *store_quota_waiters(Store *store, const char *install_kind, GError **error)
{
    static const StoreRowKind kind = { waiter_of_row, waiter_free };
    return store_list_rows(store, (StoreSubject){ "jobs", NULL }, &kind, error,
                           "SELECT j.id, " USER ", j.waiting, j.number, j.overtaken,"
                           " coalesce(1 - m.admitted, 0), coalesce((1 - m.runs) * m.vcpus, 0),"
                           " coalesce((1 - m.runs) * m.memory_mib, 0),"
                           " coalesce((1 - m.admitted) * m.disk_gib, 0), j.kind = ?1, i.name, i.job"
                           " FROM jobs AS j LEFT JOIN machines AS m ON m.uuid = j.machine_uuid"
                           " LEFT JOIN images AS i ON i.state = 'sealing' AND j.kind = 'clone'"
                           "  AND i.name = json_extract(j.parameters, '$.image')"
                           "  AND i.recipe = json_extract(j.parameters, '$.recipe')"
                           " WHERE j.admission = 'waiting' AND j.state = 'queued'"
                           " AND j.cancel_requested = 0 ORDER BY j.number",
                           "s", install_kind);
}

static gboolean note_overtaken(Store *store, const char *const *jobs, GError **error)
{
    for (gsize i = 0; jobs != NULL && jobs[i] != NULL; i++) {
        if (!store_change(store, (StoreSubject){ "jobs", jobs[i] }, NULL, error,
                          "UPDATE jobs SET overtaken = overtaken + 1 WHERE id = ?", "s", jobs[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean store_quota_admit(Store *store, const char *job_id, const char *const *overtaken,
                           gboolean *ret_admitted, GError **error)
{
    StoreSubject subject = { "jobs", job_id };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE jobs SET admission = 'admitted', waiting = NULL"
                               " WHERE id = ? AND admission = 'waiting' AND state = 'queued'",
                               "s", job_id);
    if (ok && changes > 0) {
        ok = store_change(store, subject, NULL, error,
                          "UPDATE machines SET admitted = 1, runs = 1"
                          " WHERE uuid = (SELECT machine_uuid FROM jobs WHERE id = ?)",
                          "s", job_id) &&
             note_overtaken(store, overtaken, error);
    }
    *ret_admitted = changes > 0;
    return store_end(store, ok, error);
}

gboolean store_quota_set_waiting(Store *store, const char *job_id, const char *text, gboolean *ret_waits,
                                 GError **error)
{
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "jobs", job_id }, &changes, error,
                               "UPDATE jobs SET waiting = ?2 WHERE id = ?1 AND admission = 'waiting'"
                               " AND state = 'queued' AND cancel_requested = 0",
                               "ss", job_id, text);
    *ret_waits = changes > 0;
    return store_end(store, ok, error);
}

static void power_free(gpointer data)
{
    StorePower *power = data;
    g_free(power->uuid);
    g_free(power);
}

static gpointer power_of_row(sqlite3_stmt *row)
{
    StorePower *power = g_new0(StorePower, 1);
    power->uuid = store_column(row, 0);
    power->runs = sqlite3_column_int(row, 1) != 0;
    power->busy = sqlite3_column_int(row, 2) != 0;
    return power;
}

GPtrArray *store_quota_power(Store *store, GError **error)
{
    static const StoreRowKind kind = { power_of_row, power_free };
    return store_list_rows(store, (StoreSubject){ "machines", NULL }, &kind, error,
                           "SELECT uuid, runs, uuid IN (" AT_WORK ") FROM machines WHERE admitted = 1", "");
}

gboolean store_quota_set_runs(Store *store, const char *uuid, gboolean runs, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "machines", uuid }, NULL, error,
                               "UPDATE machines SET runs = ?2 WHERE uuid = ?1", "si", uuid, runs ? 1 : 0);
    return store_end(store, ok, error);
}
