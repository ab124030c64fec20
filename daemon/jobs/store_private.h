// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the store share: the connection, its lock, prepared statements, transactions over several
// calls. For store_*.c, the job engine (one transaction for a step and its event) and their tests only.
//
// Locks: store->lock is recursive and is the innermost lock of the daemon: whoever holds it takes no other.
#pragma once

#include <sqlite3.h>

#include "daemon/jobs/store.h"

#define STORE_SCHEMA_VERSION          8
#define STORE_EVENTS_PER_JOB          10000
#define STORE_IDEMPOTENCY_KEY_SECONDS (24 * 60 * 60)

struct Store {
    GRecMutex lock;
    sqlite3 *db;
    char *path;
    int lock_file;          // held with flock() while open: one daemon a store
    GHashTable *statements; // SQL text (static string) → sqlite3_stmt, prepared once
    guint depth;            // nested store_begin()
    gboolean broken;        // an inner transaction was rolled back: the outer one must not be committed
};

// What a statement is about, for error texts.
typedef struct {
    const char *table;
    const char *key; // or NULL
} StoreSubject;

// Begins a transaction, or joins the one that this thread has begun, and holds the store until its end. All
// store calls of this thread until then belong to it. Take no other lock meanwhile.
gboolean store_begin(Store *store, GError **error);
// Ends what store_begin() began: commits if @ok and returns TRUE when that is durable, else rolls back (and
// leaves @error as the failed call has set it).
gboolean store_end(Store *store, gboolean ok, GError **error);

// Returns the prepared statement for @sql (a string literal), with parameters bound by @types: 's' const char
// * (NULL binds NULL), 'i' int, 'l' gint64. Borrowed; the store must be locked until store_reset(). Text
// arguments must stay valid until then.
sqlite3_stmt *store_query(Store *store, StoreSubject subject, GError **error, const char *sql,
                          const char *types, ...);
sqlite3_stmt *store_query_va(Store *store, StoreSubject subject, GError **error, const char *sql,
                             const char *types, va_list arguments);
// 1: a row is there; 0: no more; -1: @error is set.
int store_next(Store *store, sqlite3_stmt *statement, StoreSubject subject, GError **error);
void store_reset(sqlite3_stmt *statement);
// The first column of all rows that @sql (with one parameter, @value) finds; g_strfreev().
char **store_names(Store *store, StoreSubject subject, const char *sql, const char *value, GError **error);
// What a row of a table becomes, and how that is freed.
typedef struct {
    gpointer (*read)(sqlite3_stmt *row);
    GDestroyNotify free;
} StoreRowKind;

// The row that @sql finds, the caller's. NULL with @error: NOT_FOUND, of @subject, if there is none.
gpointer store_get_row(Store *store, StoreSubject subject, const StoreRowKind *kind, GError **error,
                       const char *sql, const char *types, ...);
// All of them, in an array with the kind's free function.
GPtrArray *store_list_rows(Store *store, StoreSubject subject, const StoreRowKind *kind, GError **error,
                           const char *sql, const char *types, ...);
// store_query(), run to its end. *ret_changes (may be NULL): rows changed.
gboolean store_change(Store *store, StoreSubject subject, int *ret_changes, GError **error, const char *sql,
                      const char *types, ...);
// Runs SQL without parameters, several statements allowed.
gboolean store_script(Store *store, const char *sql, GError **error);

// Sets @error from the SQLite result @code.
void store_set_error(Store *store, int code, StoreSubject subject, GError **error);
void store_set_not_found(StoreSubject subject, GError **error);
// A copy of the column's text, NULL for NULL.
char *store_column(sqlite3_stmt *statement, int column);

// Brings the file's schema up to STORE_SCHEMA_VERSION.
gboolean store_schema_migrate(Store *store, GError **error);

// Ties @key to @job_id inside the caller's transaction.
gboolean store_idempotency_insert(Store *store, const StoreIdempotency *idempotency, const char *job_id,
                                  GError **error);
// NOT_FOUND unless a clone can be made of it. Inside the caller's transaction, so that it cannot be deleted
// before something is based on it.
gboolean store_image_check_ready(Store *store, const char *image, GError **error);
// Inserts the machine's row inside the caller's transaction.
gboolean store_machine_insert(Store *store, const StoreMachine *machine, const char *job_id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStep, store_step_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreEvent, store_event_free)
