// SPDX-License-Identifier: GPL-3.0-or-later
// The store's cache of inspections: what sevend-media found in a disc or driver folder, valid while the
// file's identity stays the same. One row a path.
#include "daemon/jobs/store_private.h"

gboolean store_inspection_get(Store *store, const char *path, const char *identity, char **ret_json,
                              GError **error)
{
    StoreSubject subject = { "inspections", path };
    *ret_json = NULL;
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row =
        store_query(store, subject, error, "SELECT json FROM inspections WHERE path = ? AND identity = ?",
                    "ss", path, identity);
    if (row != NULL) {
        result = store_next(store, row, subject, error);
        if (result == 1) {
            *ret_json = store_column(row, 0);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result >= 0;
}

gboolean store_inspection_set(Store *store, const char *path, const char *identity, const char *json,
                              GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "inspections", path }, NULL, error,
                               "INSERT INTO inspections (path, identity, json) VALUES (?, ?, ?)"
                               " ON CONFLICT (path) DO UPDATE SET identity = excluded.identity,"
                               " json = excluded.json",
                               "sss", path, identity, json);
    return store_end(store, ok, error);
}
