// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of idempotency keys: a request that is sent again is answered with the job that it made.
#include "daemon/jobs/store_private.h"

static gint64 oldest_valid(void)
{
    return g_get_real_time() / G_USEC_PER_SEC - STORE_IDEMPOTENCY_KEY_SECONDS;
}

gboolean store_idempotency_find(Store *store, const StoreIdempotency *idempotency, char **ret_job_id,
                                GError **error)
{
    *ret_job_id = NULL;
    if (idempotency == NULL || idempotency->key == NULL) {
        return TRUE;
    }
    StoreSubject subject = { "idempotency_keys", idempotency->key };
    g_autofree char *fingerprint = NULL;
    g_autofree char *job_id = NULL;
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row = store_query(
        store, subject, error, "SELECT fingerprint, job FROM idempotency_keys WHERE key = ? AND created > ?",
        "sl", idempotency->key, oldest_valid());
    if (row != NULL) {
        result = store_next(store, row, subject, error);
        if (result == 1) {
            fingerprint = store_column(row, 0);
            job_id = store_column(row, 1);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    if (result == 1 && g_strcmp0(fingerprint, idempotency->fingerprint) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_EXISTS,
                    "table idempotency_keys, key \"%s\": used before with another request body",
                    idempotency->key);
        return FALSE;
    }
    *ret_job_id = g_steal_pointer(&job_id);
    return result >= 0;
}

gboolean store_idempotency_insert(Store *store, const StoreIdempotency *idempotency, const char *job_id,
                                  GError **error)
{
    if (idempotency == NULL || idempotency->key == NULL) {
        return TRUE;
    }
    StoreSubject subject = { "idempotency_keys", idempotency->key };
    return store_change(store, subject, NULL, error, "DELETE FROM idempotency_keys WHERE created <= ?", "l",
                        oldest_valid()) &&
           store_change(store, subject, NULL, error,
                        "INSERT INTO idempotency_keys (key, fingerprint, job, created) VALUES (?, ?, ?, ?)",
                        "sssl", idempotency->key, idempotency->fingerprint, job_id,
                        g_get_real_time() / G_USEC_PER_SEC);
}
