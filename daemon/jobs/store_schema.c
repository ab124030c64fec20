// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the store and their migrations: one function a version, in order; PRAGMA user_version tells
// which ran. A migration that has been released is never changed: a new one is added below.
#include "daemon/jobs/store_private.h"

// jobs.number gives the order of creation: two ids of one millisecond have none.
// jobs.outcome is set when a job's failure or cancel has been decided and its undo is due; evidence_kept when
// the kind's failing() has run before that undo.
// machines.job is deferred because machine and job come in one transaction and name each other.
static gboolean migrate_to_1(Store *store, GError **error)
{
    return store_script(
        store,
        "CREATE TABLE jobs ("
        "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
        "  id TEXT NOT NULL UNIQUE,"
        "  kind TEXT NOT NULL,"
        "  machine_name TEXT,"
        "  machine_uuid TEXT,"
        "  state TEXT NOT NULL"
        "    CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),"
        "  phase TEXT,"
        "  progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),"
        "  parameters TEXT,"
        "  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),"
        "  outcome TEXT CHECK (outcome IN ('failed', 'cancelled')),"
        "  evidence_kept INTEGER NOT NULL DEFAULT 0 CHECK (evidence_kept IN (0, 1)),"
        "  created TEXT NOT NULL,"
        "  started TEXT,"
        "  finished TEXT,"
        "  error_code TEXT,"
        "  error_message TEXT,"
        "  error_phase TEXT,"
        "  event_count INTEGER NOT NULL DEFAULT 0"
        ") STRICT;"
        "CREATE INDEX jobs_by_state ON jobs (state);"
        "CREATE INDEX jobs_by_machine ON jobs (machine_name);"

        "CREATE TABLE machines ("
        "  uuid TEXT NOT NULL PRIMARY KEY,"
        "  name TEXT NOT NULL UNIQUE,"
        "  state TEXT NOT NULL CHECK (state IN ('installing', 'ready', 'failed', 'deleting')),"
        "  template_name TEXT,"
        "  disc TEXT,"
        "  edition TEXT,"
        "  architecture TEXT,"
        "  request TEXT,"
        "  boot_disc TEXT,"
        "  agent TEXT,"
        "  error_code TEXT,"
        "  error_message TEXT,"
        "  job TEXT REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,"
        "  created TEXT NOT NULL"
        ") STRICT;"
        "CREATE INDEX machines_by_boot_disc ON machines (boot_disc);"

        "CREATE TABLE steps ("
        "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
        "  position INTEGER NOT NULL,"
        "  phase TEXT NOT NULL,"
        "  state TEXT NOT NULL"
        "    CHECK (state IN ('pending', 'running', 'done', 'failed', 'undone', 'skipped')),"
        "  started TEXT,"
        "  finished TEXT,"
        "  detail TEXT,"
        "  PRIMARY KEY (job, position),"
        "  UNIQUE (job, phase)"
        ") STRICT, WITHOUT ROWID;"

        "CREATE TABLE events ("
        "  sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
        "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
        "  time TEXT NOT NULL,"
        "  kind TEXT NOT NULL CHECK (kind IN ('state', 'phase', 'progress', 'log', 'console')),"
        "  data TEXT NOT NULL"
        ") STRICT;"
        "CREATE INDEX events_by_job ON events (job, sequence);"
        "CREATE INDEX events_by_kind ON events (job, kind, sequence);"

        "CREATE TABLE idempotency_keys ("
        "  key TEXT NOT NULL PRIMARY KEY,"
        "  fingerprint TEXT NOT NULL,"
        "  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
        "  created INTEGER NOT NULL" // seconds since 1970
        ") STRICT, WITHOUT ROWID;",
        error);
}

// What inspections of discs and drivers found, so that a disc of 3 GB is read once.
static gboolean migrate_to_2(Store *store, GError **error)
{
    return store_script(store,
                        "CREATE TABLE inspections ("
                        "  path TEXT NOT NULL PRIMARY KEY,"
                        "  identity TEXT NOT NULL,"
                        "  json TEXT NOT NULL"
                        ") STRICT, WITHOUT ROWID;",
                        error);
}

// What preflight warned of when the machine was asked for.
static gboolean migrate_to_3(Store *store, GError **error)
{
    return store_script(store, "ALTER TABLE machines ADD COLUMN warnings TEXT;", error);
}

// Installs that were sealed, what is based on them, and when machines go by themselves. An image keeps the
// UUID of the machine that it was: its volume and its folder carry it.
static gboolean migrate_to_4(Store *store, GError **error)
{
    return store_script(store,
                        "CREATE TABLE images ("
                        "  name TEXT NOT NULL PRIMARY KEY,"
                        "  uuid TEXT NOT NULL UNIQUE,"
                        "  state TEXT NOT NULL CHECK (state IN ('sealing', 'ready', 'deleting')),"
                        "  machine TEXT NOT NULL,"
                        "  parent TEXT REFERENCES images (name),"
                        "  template_name TEXT,"
                        "  disc TEXT,"
                        "  edition TEXT,"
                        "  architecture TEXT,"
                        "  request TEXT,"
                        "  agent TEXT,"
                        "  job TEXT,"
                        "  created TEXT NOT NULL"
                        ") STRICT, WITHOUT ROWID;"
                        "CREATE INDEX images_by_parent ON images (parent);"
                        "ALTER TABLE machines ADD COLUMN image TEXT REFERENCES images (name);"
                        "CREATE INDEX machines_by_image ON machines (image);"
                        "ALTER TABLE machines ADD COLUMN expires TEXT;"
                        "CREATE INDEX machines_by_expires ON machines (expires);",
                        error);
}

// An image may be on its way in, too. SQLite cannot change a CHECK, so the table is made anew under its name:
// whatever refers to it is held against it when the transaction ends.
static gboolean migrate_to_5(Store *store, GError **error)
{
    return store_script(
        store,
        "PRAGMA defer_foreign_keys = ON;"
        "CREATE TABLE images_4 AS SELECT * FROM images;"
        "DROP TABLE images;"
        "CREATE TABLE images ("
        "  name TEXT NOT NULL PRIMARY KEY,"
        "  uuid TEXT NOT NULL UNIQUE,"
        "  state TEXT NOT NULL"
        "    CHECK (state IN ('sealing', 'importing', 'ready', 'deleting')),"
        "  machine TEXT NOT NULL,"
        "  parent TEXT REFERENCES images (name),"
        "  template_name TEXT,"
        "  disc TEXT,"
        "  edition TEXT,"
        "  architecture TEXT,"
        "  request TEXT,"
        "  agent TEXT,"
        "  job TEXT,"
        "  created TEXT NOT NULL"
        ") STRICT, WITHOUT ROWID;"
        "INSERT INTO images (name, uuid, state, machine, parent, template_name, disc, edition,"
        "  architecture, request, agent, job, created)"
        "  SELECT name, uuid, state, machine, parent, template_name, disc, edition,"
        "  architecture, request, agent, job, created FROM images_4;"
        "DROP TABLE images_4;"
        "CREATE INDEX images_by_parent ON images (parent);",
        error);
}

// Pools of warm machines, and who holds them. A lease outlives its machine: whoever asks later is told how it
// ended.
static gboolean migrate_to_6(Store *store, GError **error)
{
    return store_script(
        store,
        "CREATE TABLE pools ("
        "  name TEXT NOT NULL PRIMARY KEY,"
        "  image TEXT NOT NULL REFERENCES images (name),"
        "  state TEXT NOT NULL CHECK (state IN ('active', 'deleting')),"
        "  ready INTEGER NOT NULL,"
        "  max INTEGER NOT NULL,"
        "  hardware TEXT,"
        "  created TEXT NOT NULL"
        ") STRICT, WITHOUT ROWID;"
        "CREATE INDEX pools_by_image ON pools (image);"
        "ALTER TABLE machines ADD COLUMN pool TEXT REFERENCES pools (name);"
        "ALTER TABLE machines ADD COLUMN pool_state TEXT"
        "  CHECK (pool_state IN ('warming', 'ready', 'leased', 'used', 'broken'));"
        "CREATE INDEX machines_by_pool ON machines (pool);"
        "CREATE TABLE leases ("
        "  id TEXT NOT NULL PRIMARY KEY,"
        "  pool TEXT NOT NULL,"
        "  holder TEXT NOT NULL,"
        "  state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'ended')),"
        "  machine_uuid TEXT,"
        "  machine TEXT,"
        "  runs INTEGER NOT NULL DEFAULT 0,"
        "  lifetime INTEGER NOT NULL,"
        "  created TEXT NOT NULL,"
        "  granted TEXT,"
        "  expires TEXT,"
        "  ended TEXT,"
        "  reason TEXT"
        ") STRICT, WITHOUT ROWID;"
        "CREATE INDEX leases_by_state ON leases (state, pool);"
        "CREATE UNIQUE INDEX leases_by_machine ON leases (machine_uuid) WHERE state = 'held';",
        error);
}

// Recipes of images that requests asked for, when the first clone of an image is deleted, and the job that
// goes on from another. A clone waits for its image first, so that its jobs have a step more: those that were
// stored without it have done it.
static gboolean migrate_to_7(Store *store, GError **error)
{
    return store_script(store,
                        "ALTER TABLE images ADD COLUMN recipe TEXT;"
                        "ALTER TABLE images ADD COLUMN expires TEXT;"
                        "CREATE INDEX images_by_recipe ON images (recipe);"
                        "ALTER TABLE jobs ADD COLUMN next TEXT;"
                        "INSERT INTO steps (job, position, phase, state)"
                        "  SELECT number, -1, 'image', 'done' FROM jobs"
                        "  WHERE kind = 'clone' AND state IN ('queued', 'running');",
                        error);
}

// What counts against quotas, and which jobs wait for it. Machines that are there already have sizes in their
// request or, clones, in that of an image that they are based on; their owners are not known. Kinds of jobs
// are named as they were when this version came.
static gboolean migrate_to_8(Store *store, GError **error)
{
    return store_script(
        store,
        "ALTER TABLE jobs ADD COLUMN admission TEXT CHECK (admission IN ('waiting', 'admitted'));"
        "ALTER TABLE jobs ADD COLUMN overtaken INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN waiting TEXT;"
        "UPDATE jobs SET admission = CASE state WHEN 'queued' THEN 'waiting' ELSE 'admitted' END"
        "  WHERE state IN ('queued', 'running')"
        "  AND kind IN ('create', 'clone', 'start', 'revert', 'rewarm');"
        "ALTER TABLE machines ADD COLUMN owner TEXT;"
        "ALTER TABLE machines ADD COLUMN vcpus INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE machines ADD COLUMN memory_mib INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE machines ADD COLUMN disk_gib INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE machines ADD COLUMN admitted INTEGER NOT NULL DEFAULT 1 CHECK (admitted IN (0, 1));"
        "ALTER TABLE machines ADD COLUMN runs INTEGER NOT NULL DEFAULT 0 CHECK (runs IN (0, 1));"
        "WITH RECURSIVE sizes (uuid, image, vcpus, memory_mib, disk_gib) AS ("
        "  SELECT uuid, image, json_extract(request, '$.hardware.vcpus'),"
        "    json_extract(request, '$.hardware.memory_mib'), json_extract(request, '$.hardware.disk_gib')"
        "    FROM machines WHERE json_valid(request)"
        "  UNION ALL SELECT sizes.uuid, images.parent,"
        "    coalesce(vcpus, json_extract(images.request, '$.hardware.vcpus')),"
        "    coalesce(memory_mib, json_extract(images.request, '$.hardware.memory_mib')),"
        "    coalesce(disk_gib, json_extract(images.request, '$.hardware.disk_gib'))"
        "    FROM sizes JOIN images ON images.name = sizes.image WHERE json_valid(images.request))"
        "UPDATE machines SET (vcpus, memory_mib, disk_gib) ="
        "  (SELECT coalesce(max(sizes.vcpus), 0), coalesce(max(sizes.memory_mib), 0),"
        "    coalesce(max(sizes.disk_gib), 0) FROM sizes WHERE sizes.uuid = machines.uuid);"
        "UPDATE machines SET admitted = 0 WHERE uuid IN"
        "  (SELECT machine_uuid FROM jobs WHERE admission = 'waiting' AND kind IN ('create', 'clone'));"
        "CREATE INDEX jobs_by_admission ON jobs (admission, state) WHERE admission IS NOT NULL;",
        error);
}

static gboolean (*const migrations[])(Store *store, GError **error) = {
    migrate_to_1, migrate_to_2, migrate_to_3, migrate_to_4,
    migrate_to_5, migrate_to_6, migrate_to_7, migrate_to_8,
};
G_STATIC_ASSERT(G_N_ELEMENTS(migrations) == STORE_SCHEMA_VERSION);

static gboolean read_version(Store *store, int *ret_version, GError **error)
{
    StoreSubject subject = { "sqlite_schema", NULL };
    sqlite3_stmt *statement = store_query(store, subject, error, "PRAGMA user_version", "");
    if (statement == NULL) {
        return FALSE;
    }
    int result = store_next(store, statement, subject, error);
    *ret_version = result == 1 ? sqlite3_column_int(statement, 0) : 0;
    store_reset(statement);
    return result == 1;
}

static gboolean migrate_one(Store *store, int version, GError **error)
{
    if (!store_begin(store, error)) {
        return FALSE;
    }
    g_autofree char *stamp = g_strdup_printf("PRAGMA user_version = %d", version);
    gboolean ok = migrations[version - 1](store, error) && store_script(store, stamp, error);
    return store_end(store, ok, error);
}

gboolean store_schema_migrate(Store *store, GError **error)
{
    int version = 0;
    if (!read_version(store, &version, error)) {
        return FALSE;
    }
    if (version < 0 || version > STORE_SCHEMA_VERSION) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_TOO_NEW,
                    "store %s: written by a newer sevend (schema %d, this one knows up to %d)", store->path,
                    version, STORE_SCHEMA_VERSION);
        return FALSE;
    }
    while (version < STORE_SCHEMA_VERSION) {
        version++;
        if (!migrate_one(store, version, error)) {
            g_prefix_error(error, "migration to schema %d: ", version);
            return FALSE;
        }
    }
    return TRUE;
}
