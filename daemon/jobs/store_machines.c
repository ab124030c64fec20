// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of machines. A machine's row comes with its first job (store_jobs.c) and goes with
// store_machine_delete().
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

#define MACHINE_COLUMNS                                                                                      \
    "uuid, name, state, template_name, disc, edition, architecture, request, boot_disc, agent, "             \
    "error_code, error_message, job, created, warnings, image, expires, pool, pool_state, owner, "           \
    "vcpus, memory_mib, disk_gib"

void store_machine_free(StoreMachine *machine)
{
    if (machine == NULL) {
        return;
    }
    g_free(machine->uuid);
    g_free(machine->name);
    g_free(machine->state);
    g_free(machine->template_name);
    g_free(machine->disc);
    g_free(machine->edition);
    g_free(machine->architecture);
    g_free(machine->request);
    g_free(machine->boot_disc);
    g_free(machine->agent);
    g_free(machine->error_code);
    g_free(machine->error_message);
    g_free(machine->job);
    g_free(machine->created);
    g_free(machine->warnings);
    g_free(machine->image);
    g_free(machine->expires);
    g_free(machine->pool);
    g_free(machine->pool_state);
    g_free(machine->owner);
    g_free(machine);
}

static void machine_free(gpointer machine)
{
    store_machine_free(machine);
}

static gpointer machine_of_row(sqlite3_stmt *row)
{
    StoreMachine *machine = g_new0(StoreMachine, 1);
    int column = 0;
    machine->uuid = store_column(row, column++);
    machine->name = store_column(row, column++);
    machine->state = store_column(row, column++);
    machine->template_name = store_column(row, column++);
    machine->disc = store_column(row, column++);
    machine->edition = store_column(row, column++);
    machine->architecture = store_column(row, column++);
    machine->request = store_column(row, column++);
    machine->boot_disc = store_column(row, column++);
    machine->agent = store_column(row, column++);
    machine->error_code = store_column(row, column++);
    machine->error_message = store_column(row, column++);
    machine->job = store_column(row, column++);
    machine->created = store_column(row, column++);
    machine->warnings = store_column(row, column++);
    machine->image = store_column(row, column++);
    machine->expires = store_column(row, column++);
    machine->pool = store_column(row, column++);
    machine->pool_state = store_column(row, column++);
    machine->owner = store_column(row, column++);
    machine->vcpus = (guint)sqlite3_column_int64(row, column++);
    machine->memory_mib = (guint)sqlite3_column_int64(row, column++);
    machine->disk_gib = (guint)sqlite3_column_int64(row, column++);
    return machine;
}

static const StoreRowKind kind = { machine_of_row, machine_free };

gboolean store_machine_insert(Store *store, const StoreMachine *machine, const char *job_id, GError **error)
{
    g_autofree char *now = time_now_text();
    if (machine->image != NULL && !store_image_check_ready(store, machine->image, error)) {
        return FALSE;
    }
    return store_change(store, (StoreSubject){ "machines", machine->name }, NULL, error,
                        "INSERT INTO machines (" MACHINE_COLUMNS ")"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        "sssssssssssssssssssslll", machine->uuid, machine->name,
                        machine->state != NULL ? machine->state : "installing", machine->template_name,
                        machine->disc, machine->edition, machine->architecture, machine->request,
                        machine->boot_disc, machine->agent, machine->error_code, machine->error_message,
                        job_id, machine->created != NULL ? machine->created : now, machine->warnings,
                        machine->image, machine->expires, machine->pool, machine->pool_state, machine->owner,
                        (gint64)machine->vcpus, (gint64)machine->memory_mib, (gint64)machine->disk_gib);
}

gboolean store_machine_get(Store *store, const char *name, StoreMachine **ret_machine, GError **error)
{
    StoreMachine *found = store_get_row(store, (StoreSubject){ "machines", name }, &kind, error,
                                        "SELECT " MACHINE_COLUMNS " FROM machines WHERE name = ?", "s", name);
    if (found != NULL) {
        *ret_machine = found;
    }
    return found != NULL;
}

GPtrArray *store_machine_list(Store *store, const char *state_or_null, const char *after_name_or_null,
                              guint limit, GError **error)
{
    return store_list_rows(store, (StoreSubject){ "machines", NULL }, &kind, error,
                           "SELECT " MACHINE_COLUMNS " FROM machines"
                           " WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR name > ?2)"
                           " ORDER BY name LIMIT ?3",
                           "ssl", state_or_null, after_name_or_null, (gint64)limit);
}

GPtrArray *store_pool_members(Store *store, const char *pool, GError **error)
{
    return store_list_rows(store, (StoreSubject){ "machines", NULL }, &kind, error,
                           "SELECT " MACHINE_COLUMNS " FROM machines WHERE pool = ? ORDER BY created, name",
                           "s", pool);
}

static gboolean count(Store *store, const char *sql, const char *key_or_null, guint *ret_count,
                      GError **error)
{
    StoreSubject subject = { "machines", key_or_null };
    g_rec_mutex_lock(&store->lock);
    int result = -1;
    sqlite3_stmt *row = store_query(store, subject, error, sql, key_or_null != NULL ? "s" : "", key_or_null);
    if (row != NULL) {
        result = store_next(store, row, subject, error);
        if (result == 1) {
            *ret_count = (guint)sqlite3_column_int64(row, 0);
        }
        store_reset(row);
    }
    g_rec_mutex_unlock(&store->lock);
    return result == 1;
}

gboolean store_machine_count(Store *store, guint *ret_count, GError **error)
{
    return count(store, "SELECT count(*) FROM machines", NULL, ret_count, error);
}

gboolean store_boot_disc_users(Store *store, const char *key, guint *ret_count, GError **error)
{
    return count(store, "SELECT count(*) FROM machines WHERE boot_disc = ?", key, ret_count, error);
}

// Ends a transaction whose only statement had to change the row of @subject.
static gboolean end_change(Store *store, gboolean ok, int changes, StoreSubject subject, GError **error)
{
    if (ok && changes == 0) {
        store_set_not_found(subject, error);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}

gboolean store_machine_set_state(Store *store, const char *uuid, const char *state, const char *error_code,
                                 const char *error_message, GError **error)
{
    StoreSubject subject = { "machines", uuid };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE machines SET state = ?2, error_code = ?3, error_message = ?4"
                               " WHERE uuid = ?1",
                               "ssss", uuid, state, error_code, error_message);
    return end_change(store, ok, changes, subject, error);
}

gboolean store_machine_set_boot_disc(Store *store, const char *uuid, const char *key_or_null, GError **error)
{
    StoreSubject subject = { "machines", uuid };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE machines SET boot_disc = ?2 WHERE uuid = ?1", "ss", uuid, key_or_null);
    return end_change(store, ok, changes, subject, error);
}

gboolean store_machine_set_image(Store *store, const char *uuid, const char *image, GError **error)
{
    StoreSubject subject = { "machines", uuid };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_image_check_ready(store, image, error) &&
                  store_change(store, subject, &changes, error,
                               "UPDATE machines SET image = ?2 WHERE uuid = ?1", "ss", uuid, image);
    return end_change(store, ok, changes, subject, error);
}

gboolean store_machine_set_agent(Store *store, const char *uuid, const char *json, GError **error)
{
    StoreSubject subject = { "machines", uuid };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE machines SET agent = ?2 WHERE uuid = ?1", "ss", uuid, json);
    return end_change(store, ok, changes, subject, error);
}

gboolean store_machine_set_expires(Store *store, const char *uuid, const char *time_or_null, GError **error)
{
    StoreSubject subject = { "machines", uuid };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE machines SET expires = ?2 WHERE uuid = ?1", "ss", uuid, time_or_null);
    return end_change(store, ok, changes, subject, error);
}

gboolean store_machine_move_in_pool(Store *store, const char *uuid, const char *from, const char *to,
                                    GError **error)
{
    StoreSubject subject = { "machines", uuid };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE machines SET pool_state = ?3 WHERE uuid = ?1 AND pool_state = ?2",
                               "sss", uuid, from, to);
    if (ok && changes == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE, "machine %s is not %s in its pool any more", uuid,
                    from);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}

char **store_machine_expired(Store *store, const char *now, GError **error)
{
    return store_names(
        store, (StoreSubject){ "machines", NULL },
        "SELECT name FROM machines WHERE expires <= ? AND state <> 'deleting' ORDER BY expires", now, error);
}

gboolean store_machine_delete(Store *store, const char *uuid, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "machines", uuid }, NULL, error,
                               "DELETE FROM machines WHERE uuid = ?", "s", uuid);
    return store_end(store, ok, error);
}
