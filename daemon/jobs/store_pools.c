// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of pools.
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

#define POOL_COLUMNS "name, image, state, ready, max, hardware, created"

void store_pool_free(StorePool *pool)
{
    if (pool == NULL) {
        return;
    }
    g_free(pool->name);
    g_free(pool->image);
    g_free(pool->state);
    g_free(pool->hardware);
    g_free(pool->created);
    g_free(pool);
}

static void pool_free(gpointer pool)
{
    store_pool_free(pool);
}

static gpointer pool_of_row(sqlite3_stmt *row)
{
    StorePool *pool = g_new0(StorePool, 1);
    pool->name = store_column(row, 0);
    pool->image = store_column(row, 1);
    pool->state = store_column(row, 2);
    pool->ready = (guint)sqlite3_column_int64(row, 3);
    pool->max = (guint)sqlite3_column_int64(row, 4);
    pool->hardware = store_column(row, 5);
    pool->created = store_column(row, 6);
    return pool;
}

static const StoreRowKind kind = { pool_of_row, pool_free };

static gboolean is_true(Store *store, StoreSubject subject, const char *sql, const char *value,
                        gboolean *ret_true, GError **error)
{
    sqlite3_stmt *row = store_query(store, subject, error, sql, "s", value);
    if (row == NULL) {
        return FALSE;
    }
    int result = store_next(store, row, subject, error);
    *ret_true = result == 1;
    store_reset(row);
    return result >= 0;
}

static gboolean put(Store *store, const StorePool *pool, gboolean *ret_made, GError **error)
{
    StoreSubject subject = { "pools", pool->name };
    g_autofree char *now = time_now_text();
    int changes = 0;
    if (!store_image_check_ready(store, pool->image, error) ||
        !store_change(store, subject, &changes, error,
                      "INSERT INTO pools (" POOL_COLUMNS ") VALUES (?1, ?2, 'active', ?3, ?4, ?5, ?6)"
                      " ON CONFLICT (name) DO NOTHING",
                      "ssiiss", pool->name, pool->image, (int)pool->ready, (int)pool->max, pool->hardware,
                      pool->created != NULL ? pool->created : now)) {
        return FALSE;
    }
    *ret_made = changes == 1;
    if (*ret_made) {
        return TRUE;
    }
    if (!store_change(store, subject, &changes, error,
                      "UPDATE pools SET image = ?2, ready = ?3, max = ?4, hardware = ?5"
                      " WHERE name = ?1 AND state = 'active'",
                      "ssiis", pool->name, pool->image, (int)pool->ready, (int)pool->max, pool->hardware)) {
        return FALSE;
    }
    if (changes == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE, "pool \"%s\" is being deleted", pool->name);
    }
    return changes == 1;
}

gboolean store_pool_put(Store *store, const StorePool *pool, gboolean *ret_made, GError **error)
{
    return store_begin(store, error) && store_end(store, put(store, pool, ret_made, error), error);
}

gboolean store_pool_get(Store *store, const char *name, StorePool **ret_pool, GError **error)
{
    StorePool *found = store_get_row(store, (StoreSubject){ "pools", name }, &kind, error,
                                     "SELECT " POOL_COLUMNS " FROM pools WHERE name = ?", "s", name);
    if (found != NULL) {
        *ret_pool = found;
    }
    return found != NULL;
}

GPtrArray *store_pool_list(Store *store, GError **error)
{
    return store_list_rows(store, (StoreSubject){ "pools", NULL }, &kind, error,
                           "SELECT " POOL_COLUMNS " FROM pools ORDER BY name", "");
}

static gboolean begin_delete(Store *store, const char *name, GError **error)
{
    StoreSubject subject = { "pools", name };
    gboolean held = FALSE;
    int changes = 0;
    if (!is_true(store, subject, "SELECT 1 FROM leases WHERE pool = ? AND state = 'held'", name, &held,
                 error)) {
        return FALSE;
    }
    if (held) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE, "pool \"%s\": machines of it are held", name);
        return FALSE;
    }
    g_autofree char *now = time_now_text();
    if (!store_change(store, subject, &changes, error, "UPDATE pools SET state = 'deleting' WHERE name = ?",
                      "s", name)) {
        return FALSE;
    }
    if (changes == 0) {
        store_set_not_found(subject, error);
        return FALSE;
    }
    return store_change(store, subject, NULL, error,
                        "UPDATE leases SET state = 'ended', ended = ?2, reason = 'the pool is deleted'"
                        " WHERE pool = ?1 AND state = 'waiting'",
                        "ss", name, now);
}

gboolean store_pool_begin_delete(Store *store, const char *name, GError **error)
{
    return store_begin(store, error) && store_end(store, begin_delete(store, name, error), error);
}

gboolean store_pool_delete(Store *store, const char *name, GError **error)
{
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "pools", name }, &changes, error,
                               "DELETE FROM pools WHERE name = ?1 AND state = 'deleting'"
                               " AND NOT EXISTS (SELECT 1 FROM machines WHERE pool = ?1)",
                               "s", name);
    if (ok && changes == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE, "pool \"%s\" has machines", name);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}
