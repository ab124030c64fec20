// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of leases. That no machine has two holders is decided here, in the transaction that gives
// it to one.
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

#define LEASE_COLUMNS                                                                                        \
    "id, pool, holder, state, machine_uuid, machine, runs, lifetime, created, granted, expires, ended, "     \
    "reason"

void store_lease_free(StoreLease *lease)
{
    if (lease == NULL) {
        return;
    }
    g_free(lease->id);
    g_free(lease->pool);
    g_free(lease->holder);
    g_free(lease->state);
    g_free(lease->machine_uuid);
    g_free(lease->machine);
    g_free(lease->created);
    g_free(lease->granted);
    g_free(lease->expires);
    g_free(lease->ended);
    g_free(lease->reason);
    g_free(lease);
}

static void lease_free(gpointer lease)
{
    store_lease_free(lease);
}

static gpointer lease_of_row(sqlite3_stmt *row)
{
    StoreLease *lease = g_new0(StoreLease, 1);
    int column = 0;
    lease->id = store_column(row, column++);
    lease->pool = store_column(row, column++);
    lease->holder = store_column(row, column++);
    lease->state = store_column(row, column++);
    lease->machine_uuid = store_column(row, column++);
    lease->machine = store_column(row, column++);
    lease->runs = sqlite3_column_int(row, column++) != 0;
    lease->lifetime = sqlite3_column_int64(row, column++);
    lease->created = store_column(row, column++);
    lease->granted = store_column(row, column++);
    lease->expires = store_column(row, column++);
    lease->ended = store_column(row, column++);
    lease->reason = store_column(row, column++);
    return lease;
}

static const StoreRowKind kind = { lease_of_row, lease_free };

gboolean store_lease_add(Store *store, const StoreLease *lease, GError **error)
{
    StoreSubject subject = { "leases", lease->id };
    g_autofree char *now = time_now_text();
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "INSERT INTO leases (id, pool, holder, state, lifetime, created)"
                               " SELECT ?1, name, ?3, 'waiting', ?4, ?5 FROM pools"
                               " WHERE name = ?2 AND state = 'active'",
                               "sssls", lease->id, lease->pool, lease->holder, lease->lifetime, now);
    if (ok && changes == 0) {
        store_set_not_found((StoreSubject){ "pools", lease->pool }, error);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}

gboolean store_lease_get(Store *store, const char *id, StoreLease **ret_lease, GError **error)
{
    StoreLease *found = store_get_row(store, (StoreSubject){ "leases", id }, &kind, error,
                                      "SELECT " LEASE_COLUMNS " FROM leases WHERE id = ?", "s", id);
    if (found != NULL) {
        *ret_lease = found;
    }
    return found != NULL;
}

GPtrArray *store_lease_list(Store *store, const char *pool, GError **error)
{
    return store_list_rows(
        store, (StoreSubject){ "leases", NULL }, &kind, error,
        "SELECT " LEASE_COLUMNS " FROM leases WHERE state <> 'ended' AND (?1 IS NULL OR pool = ?1)"
        " ORDER BY pool, state, (SELECT count(*) FROM leases AS other WHERE other.pool = leases.pool"
        "  AND other.state = 'held' AND other.holder = leases.holder), created, id",
        "s", pool);
}

static gboolean changed_one(gboolean ok, int changes, StoreSubject subject, GError **error)
{
    if (ok && changes == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE, "%s \"%s\" is not free for that any more",
                    subject.table, subject.key);
    }
    return ok && changes == 1;
}

static gboolean grant(Store *store, const StoreLease *lease, const StoreMachine *machine, GError **error)
{
    StoreSubject of_lease = { "leases", lease->id }, of_machine = { "machines", machine->uuid };
    g_autofree char *now = time_now_text();
    g_autofree char *expires = time_later_text(lease->lifetime);
    int changes = 0;
    gboolean ok = store_change(store, of_machine, &changes, error,
                               "UPDATE machines SET pool_state = 'leased' WHERE uuid = ?1 AND pool = ?2"
                               " AND pool_state = 'ready' AND state = 'ready'",
                               "ss", machine->uuid, lease->pool);
    if (!changed_one(ok, changes, of_machine, error)) {
        return FALSE;
    }
    ok = store_change(store, of_lease, &changes, error,
                      "UPDATE leases SET state = 'held', machine_uuid = ?2, machine = ?3, runs = 0,"
                      " granted = ?4, expires = ?5 WHERE id = ?1 AND state = 'waiting'",
                      "sssss", lease->id, machine->uuid, machine->name, now, expires);
    return changed_one(ok, changes, of_lease, error);
}

gboolean store_lease_grant(Store *store, const char *id, const StoreMachine *machine, GError **error)
{
    g_autoptr(StoreLease) lease = NULL;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_lease_get(store, id, &lease, error) && grant(store, lease, machine, error);
    return store_end(store, ok, error);
}

gboolean store_lease_set_runs(Store *store, const char *id, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "leases", id }, NULL, error,
                               "UPDATE leases SET runs = 1 WHERE id = ?", "s", id);
    return store_end(store, ok, error);
}

gboolean store_lease_set_expires(Store *store, const char *id, const char *expires, GError **error)
{
    StoreSubject subject = { "leases", id };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok =
        store_change(store, subject, &changes, error,
                     "UPDATE leases SET expires = ?2 WHERE id = ?1 AND state = 'held'", "ss", id, expires);
    return store_end(store, changed_one(ok, changes, subject, error), error);
}

static gboolean leave_machine(Store *store, const char *id, const char *state, GError **error)
{
    return store_change(store, (StoreSubject){ "leases", id }, NULL, error,
                        "UPDATE machines SET pool_state = ?2 WHERE pool_state = 'leased'"
                        " AND uuid = (SELECT machine_uuid FROM leases WHERE id = ?1 AND state = 'held')",
                        "ss", id, state);
}

gboolean store_lease_take_back(Store *store, const char *id, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = leave_machine(store, id, "broken", error) &&
                  store_change(store, (StoreSubject){ "leases", id }, NULL, error,
                               "UPDATE leases SET state = 'waiting', machine_uuid = NULL, machine = NULL,"
                               " granted = NULL, expires = NULL WHERE id = ? AND state = 'held'",
                               "s", id);
    return store_end(store, ok, error);
}

gboolean store_lease_end(Store *store, const char *id, const char *reason, GError **error)
{
    g_autofree char *now = time_now_text();
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = leave_machine(store, id, "used", error) &&
                  store_change(store, (StoreSubject){ "leases", id }, NULL, error,
                               "UPDATE leases SET state = 'ended', ended = ?2, reason = ?3"
                               " WHERE id = ?1 AND state <> 'ended'",
                               "sss", id, now, reason);
    return store_end(store, ok, error);
}

static gboolean sweep(Store *store, const char *now, const char *forget_before, GError **error)
{
    StoreSubject subject = { "leases", NULL };
    return store_change(store, subject, NULL, error,
                        "UPDATE machines SET pool_state = 'used' WHERE pool_state = 'leased' AND uuid IN"
                        " (SELECT machine_uuid FROM leases WHERE state = 'held' AND expires <= ?)",
                        "s", now) &&
           store_change(store, subject, NULL, error,
                        "UPDATE leases SET state = 'ended', ended = ?1, reason = 'its lifetime is over'"
                        " WHERE state = 'held' AND expires <= ?1",
                        "s", now) &&
           store_change(store, subject, NULL, error,
                        "UPDATE leases SET state = 'ended', ended = ?1, reason = 'its machine is gone'"
                        " WHERE state = 'held' AND machine_uuid NOT IN"
                        " (SELECT uuid FROM machines WHERE state = 'ready' AND pool_state = 'leased')",
                        "s", now) &&
           store_change(store, subject, NULL, error, "DELETE FROM leases WHERE ended < ?", "s",
                        forget_before);
}

gboolean store_lease_sweep(Store *store, const char *now, const char *forget_before, GError **error)
{
    return store_begin(store, error) && store_end(store, sweep(store, now, forget_before, error), error);
}
