// SPDX-License-Identifier: GPL-3.0-or-later
// The store's file: opening, closing, transactions, prepared statements, error texts. What is in the tables
// is the matter of store_<table>.c, how they are made that of store_schema.c.
#include "daemon/jobs/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 10000

G_DEFINE_QUARK(store - error - quark, store_error)

static void statement_free(gpointer statement)
{
    sqlite3_finalize(statement);
}

void store_set_error(Store *store, int code, StoreSubject subject, GError **error)
{
    StoreError kind = STORE_ERROR_FAILED;
    const char *hint = "";
    switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
        kind = STORE_ERROR_FULL;
        hint = ": nothing can be stored until there is space on that file system";
        break;
    case SQLITE_CONSTRAINT:
        if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
            kind = STORE_ERROR_EXISTS;
        }
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        hint = ": the file is damaged; restore it from a backup or move it away";
        break;
    default:
        break;
    }
    g_set_error(error, STORE_ERROR, kind, "store %s, table %s%s%s%s: %s (%d)%s", store->path, subject.table,
                subject.key != NULL ? ", key \"" : "", subject.key != NULL ? subject.key : "",
                subject.key != NULL ? "\"" : "", sqlite3_errmsg(store->db), code, hint);
}

void store_set_not_found(StoreSubject subject, GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "table %s has no \"%s\"", subject.table,
                subject.key != NULL ? subject.key : "");
}

static gboolean bind_all(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    int code = SQLITE_OK;
    for (int i = 0; types[i] != '\0' && code == SQLITE_OK; i++) {
        switch (types[i]) {
        case 's':
            code = sqlite3_bind_text(statement, i + 1, va_arg(arguments, const char *), -1, SQLITE_STATIC);
            break;
        case 'i':
            code = sqlite3_bind_int(statement, i + 1, va_arg(arguments, int));
            break;
        case 'l':
            code = sqlite3_bind_int64(statement, i + 1, va_arg(arguments, gint64));
            break;
        default:
            g_assert_not_reached();
        }
    }
    return code == SQLITE_OK;
}

sqlite3_stmt *store_query_va(Store *store, StoreSubject subject, GError **error, const char *sql,
                             const char *types, va_list arguments)
{
    sqlite3_stmt *statement = g_hash_table_lookup(store->statements, sql);
    if (statement == NULL) {
        int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
        if (code != SQLITE_OK) {
            store_set_error(store, sqlite3_extended_errcode(store->db), subject, error);
            return NULL;
        }
        g_hash_table_insert(store->statements, (gpointer)sql, statement);
    }
    if (!bind_all(statement, types, arguments)) {
        store_set_error(store, sqlite3_extended_errcode(store->db), subject, error);
        store_reset(statement);
        return NULL;
    }
    return statement;
}

sqlite3_stmt *store_query(Store *store, StoreSubject subject, GError **error, const char *sql,
                          const char *types, ...)
{
    va_list arguments;
    va_start(arguments, types);
    sqlite3_stmt *statement = store_query_va(store, subject, error, sql, types, arguments);
    va_end(arguments);
    return statement;
}

int store_next(Store *store, sqlite3_stmt *statement, StoreSubject subject, GError **error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        return 1;
    }
    if (code == SQLITE_DONE) {
        return 0;
    }
    store_set_error(store, sqlite3_extended_errcode(store->db), subject, error);
    return -1;
}

void store_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

gboolean store_change(Store *store, StoreSubject subject, int *ret_changes, GError **error, const char *sql,
                      const char *types, ...)
{
    va_list arguments;
    va_start(arguments, types);
    sqlite3_stmt *statement = store_query_va(store, subject, error, sql, types, arguments);
    va_end(arguments);
    if (statement == NULL) {
        return FALSE;
    }
    int result = store_next(store, statement, subject, error);
    store_reset(statement);
    if (result == 0 && ret_changes != NULL) {
        *ret_changes = sqlite3_changes(store->db);
    }
    return result == 0;
}

gboolean store_script(Store *store, const char *sql, GError **error)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        store_set_error(store, sqlite3_extended_errcode(store->db), (StoreSubject){ "sqlite_schema", NULL },
                        error);
        return FALSE;
    }
    return TRUE;
}

char *store_column(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

gboolean store_begin(Store *store, GError **error)
{
    g_rec_mutex_lock(&store->lock);
    if (store->depth == 0) {
        store->broken = FALSE;
        if (!store_script(store, "BEGIN IMMEDIATE", error)) {
            g_rec_mutex_unlock(&store->lock);
            return FALSE;
        }
    }
    store->depth++;
    return TRUE;
}

gboolean store_end(Store *store, gboolean ok, GError **error)
{
    store->depth--;
    if (!ok) {
        store->broken = TRUE;
    } else if (store->broken) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "store %s: part of the transaction has failed",
                    store->path);
        ok = FALSE;
    }
    if (store->depth == 0) {
        ok = ok && store_script(store, "COMMIT", error);
        // SQLite has rolled back by itself after some errors, such as a full disk.
        if (!ok && sqlite3_get_autocommit(store->db) == 0) {
            sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
        }
    }
    g_rec_mutex_unlock(&store->lock);
    return ok;
}

static gboolean set_open_error(const char *path, const char *what, int code, GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "store %s: %s: %s", path, what, g_strerror(code));
    return FALSE;
}

// Two daemons on one store would both run its jobs. The lock is on a file of its own, because closing any
// descriptor of the database would drop SQLite's POSIX locks of the whole process.
static gboolean lock_path(Store *store, GError **error)
{
    g_autofree char *path = g_strconcat(store->path, ".lock", NULL);
    store->lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_file < 0) {
        return set_open_error(path, "open", errno, error);
    }
    if (flock(store->lock_file, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "store %s: in use by another process",
                        store->path);
            return FALSE;
        }
        return set_open_error(path, "lock", errno, error);
    }
    return TRUE;
}

// SQLite gives -wal and -shm the mode of the database file.
static gboolean create_private_file(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return set_open_error(path, "open", errno, error);
    }
    gboolean ok = fchmod(fd, 0600) == 0;
    int code = errno;
    close(fd);
    return ok || set_open_error(path, "mode 0600", code, error);
}

static gboolean connect_database(Store *store, GError **error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (code != SQLITE_OK) {
        store_set_error(store, code, (StoreSubject){ "sqlite_schema", NULL }, error);
        return FALSE;
    }
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return store_script(store,
                        "PRAGMA journal_mode = WAL;"
                        "PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON;"
                        "PRAGMA journal_size_limit = 16777216;",
                        error);
}

// Everything but the events, which may be large: a damaged store is refused at start, not in the middle of a
// job.
static gboolean check_tables(Store *store, GError **error)
{
    static const char *const checks[] = {
        "PRAGMA quick_check(machines)",
        "PRAGMA quick_check(jobs)",
        "PRAGMA quick_check(steps)",
        "PRAGMA quick_check(inspections)",
        "PRAGMA quick_check(idempotency_keys)",
    };
    StoreSubject subject = { "sqlite_schema", NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        sqlite3_stmt *statement = store_query(store, subject, error, checks[i], "");
        if (statement == NULL) {
            return FALSE;
        }
        int result = store_next(store, statement, subject, error);
        g_autofree char *text = result == 1 ? store_column(statement, 0) : NULL;
        store_reset(statement);
        if (result < 0) {
            return FALSE;
        }
        if (g_strcmp0(text, "ok") != 0) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                        "store %s: the file is damaged (%s); restore it from a backup or move it away",
                        store->path, text != NULL ? text : "no answer");
            return FALSE;
        }
    }
    return TRUE;
}

Store *store_open(const char *path, GError **error)
{
    g_autoptr(Store) store = g_new0(Store, 1);
    g_rec_mutex_init(&store->lock);
    store->path = g_strdup(path);
    store->lock_file = -1;
    store->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, statement_free);
    if (!lock_path(store, error) || !create_private_file(path, error) || !connect_database(store, error) ||
        !store_schema_migrate(store, error) || !check_tables(store, error)) {
        return NULL;
    }
    return g_steal_pointer(&store);
}

void store_close(Store *store)
{
    if (store == NULL) {
        return;
    }
    g_hash_table_unref(store->statements);
    if (sqlite3_close(store->db) != SQLITE_OK) {
        g_warning("store %s: not closed cleanly: %s", store->path, sqlite3_errmsg(store->db));
    }
    if (store->lock_file >= 0) {
        close(store->lock_file);
    }
    g_rec_mutex_clear(&store->lock);
    g_free(store->path);
    g_free(store);
}

char **store_names(Store *store, StoreSubject subject, const char *sql, const char *value, GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row = store_query(store, subject, error, sql, "s", value);
    if (row != NULL) {
        while ((result = store_next(store, row, subject, error)) == 1) {
            g_autofree char *name = store_column(row, 0);
            g_strv_builder_add(builder, name);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result == 0 ? g_strv_builder_end(builder) : NULL;
}

gpointer store_get_row(Store *store, StoreSubject subject, const StoreRowKind *kind, GError **error,
                       const char *sql, const char *types, ...)
{
    gpointer object = NULL;
    int result = -1;
    va_list arguments;
    g_rec_mutex_lock(&store->lock);
    va_start(arguments, types);
    sqlite3_stmt *row = store_query_va(store, subject, error, sql, types, arguments);
    va_end(arguments);
    if (row != NULL) {
        result = store_next(store, row, subject, error);
        object = result == 1 ? kind->read(row) : NULL;
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    if (result == 0) {
        store_set_not_found(subject, error);
    }
    return object;
}

GPtrArray *store_list_rows(Store *store, StoreSubject subject, const StoreRowKind *kind, GError **error,
                           const char *sql, const char *types, ...)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(kind->free);
    int result = -1;
    va_list arguments;
    g_rec_mutex_lock(&store->lock);
    va_start(arguments, types);
    sqlite3_stmt *row = store_query_va(store, subject, error, sql, types, arguments);
    va_end(arguments);
    if (row != NULL) {
        while ((result = store_next(store, row, subject, error)) == 1) {
            g_ptr_array_add(list, kind->read(row));
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result == 0 ? g_steal_pointer(&list) : NULL;
}
