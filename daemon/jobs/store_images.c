// SPDX-License-Identifier: GPL-3.0-or-later
// The store's table of images: installs that were sealed, each owned by one row from the moment its name is
// taken. What may not be deleted is decided here, in the transaction that would do it.
#include "daemon/jobs/store_private.h"

#include "common/ids.h"

#define IMAGE_COLUMNS                                                                                        \
    "name, uuid, state, machine, parent, template_name, disc, edition, architecture, request, agent, job, "  \
    "created, recipe, expires"

void store_image_free(StoreImage *image)
{
    if (image == NULL) {
        return;
    }
    g_free(image->name);
    g_free(image->uuid);
    g_free(image->state);
    g_free(image->machine);
    g_free(image->parent);
    g_free(image->template_name);
    g_free(image->disc);
    g_free(image->edition);
    g_free(image->architecture);
    g_free(image->request);
    g_free(image->agent);
    g_free(image->job);
    g_free(image->created);
    g_free(image->recipe);
    g_free(image->expires);
    g_free(image);
}

static void image_free(gpointer image)
{
    store_image_free(image);
}

static gpointer image_of_row(sqlite3_stmt *row)
{
    StoreImage *image = g_new0(StoreImage, 1);
    int column = 0;
    image->name = store_column(row, column++);
    image->uuid = store_column(row, column++);
    image->state = store_column(row, column++);
    image->machine = store_column(row, column++);
    image->parent = store_column(row, column++);
    image->template_name = store_column(row, column++);
    image->disc = store_column(row, column++);
    image->edition = store_column(row, column++);
    image->architecture = store_column(row, column++);
    image->request = store_column(row, column++);
    image->agent = store_column(row, column++);
    image->job = store_column(row, column++);
    image->created = store_column(row, column++);
    image->recipe = store_column(row, column++);
    image->expires = store_column(row, column++);
    return image;
}

static const StoreRowKind kind = { image_of_row, image_free };

gboolean store_image_reserve(Store *store, const char *name, const StoreMachine *machine, const char *recipe,
                             const char *job, GError **error)
{
    g_autofree char *now = time_now_text();
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "images", name }, NULL, error,
                               "INSERT INTO images (" IMAGE_COLUMNS
                               ") VALUES (?, ?, 'sealing', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                               "sssssssssssss", name, machine->uuid, machine->name, machine->image,
                               machine->template_name, machine->disc, machine->edition, machine->architecture,
                               machine->request, machine->agent, job, now, recipe);
    return store_end(store, ok, error);
}

gboolean store_image_release(Store *store, const char *name, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "images", name }, NULL, error,
                               "DELETE FROM images WHERE name = ? AND state = 'sealing'", "s", name);
    return store_end(store, ok, error);
}

gboolean store_image_seal(Store *store, const char *name, const char *job_id, GError **error)
{
    StoreSubject subject = { "images", name };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    // Not of a machine that is being deleted: that job takes away the volume of this UUID, whose ever it is.
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE images SET state = 'ready', job = ?2,"
                               " agent = coalesce((SELECT machines.agent FROM machines"
                               "  WHERE machines.uuid = images.uuid), agent),"
                               " expires = coalesce((SELECT machines.expires FROM machines"
                               "  WHERE machines.uuid = images.uuid), expires)"
                               " WHERE name = ?1 AND (state = 'ready' OR"
                               " (state = 'sealing' AND EXISTS (SELECT 1 FROM machines"
                               " WHERE machines.uuid = images.uuid AND machines.state = 'ready')))",
                               "ss", name, job_id) &&
                  (changes == 0 ||
                   store_change(store, subject, NULL, error,
                                "DELETE FROM machines WHERE uuid = (SELECT uuid FROM images WHERE name = ?)",
                                "s", name));
    if (ok && changes == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE, "image \"%s\": its machine is being deleted",
                    name);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}

gboolean store_image_begin_import(Store *store, const char *name, const char *uuid, GError **error)
{
    g_autofree char *now = time_now_text();
    if (!store_begin(store, error)) {
        return FALSE;
    }
    // Of what machine it was is known when its archive has been read.
    gboolean ok = store_change(store, (StoreSubject){ "images", name }, NULL, error,
                               "INSERT INTO images (name, uuid, state, machine, created)"
                               " VALUES (?1, ?2, 'importing', ?1, ?3)",
                               "sss", name, uuid, now);
    return store_end(store, ok, error);
}

gboolean store_image_end_import(Store *store, const StoreImage *image, GError **error)
{
    StoreSubject subject = { "images", image->name };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE images SET state = 'ready', machine = ?3, template_name = ?4,"
                               " disc = ?5, edition = ?6, architecture = ?7, request = ?8, agent = ?9,"
                               " job = ?10 WHERE name = ?1 AND uuid = ?2"
                               " AND state IN ('importing', 'ready')",
                               "ssssssssss", image->name, image->uuid, image->machine, image->template_name,
                               image->disc, image->edition, image->architecture, image->request, image->agent,
                               image->job);
    if (ok && changes == 0) {
        store_set_not_found(subject, error);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}

gboolean store_image_give_up_import(Store *store, const char *name, const char *uuid, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "images", name }, NULL, error,
                               "DELETE FROM images WHERE name = ? AND uuid = ? AND state = 'importing'", "ss",
                               name, uuid);
    return store_end(store, ok, error);
}

// Is it not there, or does somebody need it?
static void explain_delete(Store *store, StoreSubject subject, GError **error)
{
    g_autoptr(StoreImage) image = NULL;
    if (store_image_get(store, subject.key, &image, error)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IN_USE,
                    "image \"%s\": machines, images or pools are based on it", subject.key);
    }
}

gboolean store_image_begin_delete(Store *store, const char *name, GError **error)
{
    StoreSubject subject = { "images", name };
    int changes = 0;
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, subject, &changes, error,
                               "UPDATE images SET state = 'deleting' WHERE name = ?1"
                               " AND state NOT IN ('sealing', 'importing')"
                               " AND NOT EXISTS (SELECT 1 FROM machines WHERE image = ?1)"
                               " AND NOT EXISTS (SELECT 1 FROM images WHERE parent = ?1)"
                               " AND NOT EXISTS (SELECT 1 FROM pools WHERE image = ?1)",
                               "s", name);
    if (ok && changes == 0) {
        explain_delete(store, subject, error);
        ok = FALSE;
    }
    return store_end(store, ok, error);
}

gboolean store_image_delete(Store *store, const char *name, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    gboolean ok = store_change(store, (StoreSubject){ "images", name }, NULL, error,
                               "DELETE FROM images WHERE name = ?", "s", name);
    return store_end(store, ok, error);
}

gboolean store_image_check_ready(Store *store, const char *image, GError **error)
{
    StoreSubject subject = { "images", image };
    sqlite3_stmt *row = store_query(store, subject, error,
                                    "SELECT 1 FROM images WHERE name = ? AND state = 'ready'", "s", image);
    if (row == NULL) {
        return FALSE;
    }
    int result = store_next(store, row, subject, error);
    store_reset(row);
    if (result == 0) {
        store_set_not_found(subject, error);
    }
    return result == 1;
}

gboolean store_image_get(Store *store, const char *name, StoreImage **ret_image, GError **error)
{
    StoreImage *found = store_get_row(store, (StoreSubject){ "images", name }, &kind, error,
                                      "SELECT " IMAGE_COLUMNS " FROM images WHERE name = ?", "s", name);
    if (found != NULL) {
        *ret_image = found;
    }
    return found != NULL;
}

gboolean store_image_find_recipe(Store *store, const char *recipe, const char *name_or_null,
                                 StoreImage **ret_image, GError **error)
{
    g_autoptr(GError) failure = NULL;
    *ret_image = store_get_row(store, (StoreSubject){ "images", name_or_null }, &kind, &failure,
                               "SELECT " IMAGE_COLUMNS " FROM images"
                               " WHERE recipe = ?1 AND state IN ('ready', 'sealing')"
                               " ORDER BY name = ?2 DESC, state = 'ready' DESC, created DESC, name LIMIT 1",
                               "ss", recipe, name_or_null);
    if (failure == NULL || g_error_matches(failure, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

GPtrArray *store_image_list(Store *store, const char *after_name_or_null, guint limit, GError **error)
{
    return store_list_rows(store, (StoreSubject){ "images", NULL }, &kind, error,
                           "SELECT " IMAGE_COLUMNS " FROM images WHERE ?1 IS NULL OR name > ?1"
                           " ORDER BY name LIMIT ?2",
                           "sl", after_name_or_null, (gint64)limit);
}

char **store_image_clones(Store *store, const char *name, GError **error)
{
    return store_names(store, (StoreSubject){ "machines", NULL },
                       "SELECT name FROM machines WHERE image = ? ORDER BY name", name, error);
}

char **store_image_children(Store *store, const char *name, GError **error)
{
    return store_names(store, (StoreSubject){ "images", NULL },
                       "SELECT name FROM images WHERE parent = ? ORDER BY name", name, error);
}

char **store_image_pools(Store *store, const char *name, GError **error)
{
    return store_names(store, (StoreSubject){ "pools", NULL },
                       "SELECT name FROM pools WHERE image = ? ORDER BY name", name, error);
}
