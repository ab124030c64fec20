// SPDX-License-Identifier: GPL-3.0-or-later
// The store's file: its mode, older and newer schemas, damage, two daemons.
#include "tests/unit/jobs/fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/jobs/store_private.h"

// The value of "PRAGMA name" or a query that gives one text.
static char *ask(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    g_assert_cmpint(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &row, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
    char *answer = g_strdup((const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    sqlite3_close(db);
    return answer;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    sqlite3_exec(db, sql, NULL, NULL, &message);
    g_assert_cmpstr(message, ==, NULL);
    sqlite3_close(db);
}

// Replaces the fixture's file by the one of schema 1.
static void make_old(Fixture *fixture)
{
    fixture_shut(fixture);
    g_assert_cmpint(g_remove(fixture->path), ==, 0);
    g_autofree char *file = g_test_build_filename(G_TEST_DIST, "store-v1.sql", NULL);
    g_autofree char *sql = NULL;
    g_assert_true(g_file_get_contents(file, &sql, NULL, NULL));
    run_sql(fixture->path, sql);
}

static void assert_refused(Fixture *fixture, StoreError code, const char *words)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(fixture->path, &error);
    g_assert_null(store);
    g_assert_error(error, STORE_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_nonnull(strstr(error->message, fixture->path));
}

static void test_file_is_private_and_durable(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(GPtrArray) jobs = store_job_unfinished(fixture->store, NULL);
    g_assert_cmpuint(jobs->len, ==, 0);
    static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *path = g_strconcat(fixture->path, suffixes[i], NULL);
        struct stat status;
        g_assert_cmpint(stat(path, &status), ==, 0);
        g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    }
    static const struct {
        const char *sql, *value;
    } pragmas[] = {
        { "PRAGMA journal_mode", "wal" },
        { "PRAGMA synchronous", "2" },
        { "PRAGMA foreign_keys", "1" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pragmas); i++) {
        StoreSubject subject = { "sqlite_schema", NULL };
        sqlite3_stmt *row = store_query(fixture->store, subject, NULL, pragmas[i].sql, "");
        g_assert_cmpint(store_next(fixture->store, row, subject, NULL), ==, 1);
        g_assert_cmpstr((const char *)sqlite3_column_text(row, 0), ==, pragmas[i].value);
        store_reset(row);
    }
}

static void test_open_file_is_made_private(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_shut(fixture);
    g_assert_cmpint(g_chmod(fixture->path, 0644), ==, 0);
    fixture_reopen(fixture, 1);
    struct stat status;
    g_assert_cmpint(stat(fixture->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void test_older_file_is_migrated_and_its_job_goes_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    make_old(fixture);
    fixture_reopen(fixture, 1);
    g_autoptr(StoreMachine) machine = NULL;
    g_assert_true(store_machine_get(fixture->store, "old", &machine, NULL));
    g_assert_cmpstr(machine->job, ==, "job-7");
    g_assert_true(store_inspection_set(fixture->store, "/d", "i", "{}", NULL));
    StoreIdempotency key = { "key", "print" };
    g_autofree char *known = NULL;
    g_assert_true(store_idempotency_find(fixture->store, &key, &known, NULL));
    g_assert_cmpstr(known, ==, "job-7");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, "job-7");
    g_assert_cmpstr(job->state, ==, "succeeded");
    g_autofree char *journal = fixture_journal(fixture, "old");
    g_assert_cmpstr(journal, ==, "begin, rerun b, run c, end succeeded");
    fixture_shut(fixture);
    g_autofree char *version = ask(fixture->path, "PRAGMA user_version");
    g_assert_cmpint(atoi(version), ==, STORE_SCHEMA_VERSION);
}

static void test_failed_migration_changes_nothing(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    make_old(fixture);
    run_sql(fixture->path, "CREATE TABLE inspections (mine TEXT)");
    assert_refused(fixture, STORE_ERROR_FAILED, "migration to schema 2");
    g_autofree char *version = ask(fixture->path, "PRAGMA user_version");
    g_assert_cmpstr(version, ==, "1");
    g_autofree char *name = ask(fixture->path, "SELECT name FROM machines");
    g_assert_cmpstr(name, ==, "old");
}

// The table of images as schema 4 had it, with one image on another and a machine on that.
static const char images_of_4[] =
    "ALTER TABLE jobs DROP COLUMN next;" FIXTURE_UNDO_8 "DROP TABLE leases;"
    "DROP INDEX machines_by_pool;"
    "ALTER TABLE machines DROP COLUMN pool_state;"
    "ALTER TABLE machines DROP COLUMN pool;"
    "DROP TABLE pools;"
    "DROP TABLE images;"
    "CREATE TABLE images (name TEXT NOT NULL PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, state TEXT NOT NULL"
    "  CHECK (state IN ('sealing', 'ready', 'deleting')), machine TEXT NOT NULL,"
    "  parent TEXT REFERENCES images (name), template_name TEXT, disc TEXT, edition TEXT, architecture TEXT,"
    "  request TEXT, agent TEXT, job TEXT, created TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX images_by_parent ON images (parent);"
    "INSERT INTO images VALUES ('a-child', 'uuid-2', 'ready', 'm2', 'gold', NULL, 'win7', NULL, 'x86', '{}',"
    "  NULL, 'job-2', '2026-01-02T03:04:05.678Z');"
    "INSERT INTO images VALUES ('gold', 'uuid-1', 'ready', 'm', NULL, NULL, 'win7', NULL, 'x86', '{}',"
    "  NULL, 'job-1', '2026-01-02T03:04:05.678Z');"
    "INSERT INTO machines (uuid, name, state, created, image)"
    "  VALUES ('uuid-3', 'c', 'ready', '2026-01-02T03:04:05.678Z', 'a-child');"
    "PRAGMA user_version = 4;";

static void test_images_stay_what_they_are_based_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreImage) child = NULL;
    g_autoptr(GError) in_use = NULL, enforced = NULL;
    fixture_shut(fixture);
    run_sql(fixture->path, images_of_4);
    fixture_reopen(fixture, 1);
    g_assert_true(store_image_get(fixture->store, "a-child", &child, NULL));
    g_assert_cmpstr(child->parent, ==, "gold");
    g_assert_cmpstr(child->job, ==, "job-2");
    g_auto(GStrv) clones = store_image_clones(fixture->store, "a-child", NULL);
    g_assert_cmpstr(clones[0], ==, "c");
    g_assert_false(store_image_begin_delete(fixture->store, "gold", &in_use));
    g_assert_error(in_use, STORE_ERROR, STORE_ERROR_IN_USE);
    g_assert_false(store_image_delete(fixture->store, "a-child", &enforced));
    g_assert_true(store_image_begin_import(fixture->store, "new", "uuid-4", NULL));
    fixture_shut(fixture);
    g_autofree char *broken = ask(fixture->path, "SELECT count(*) FROM pragma_foreign_key_check");
    g_assert_cmpstr(broken, ==, "0");
}

// As schema 6 had it, with an image, and clones that are being made, or were.
static const char clones_of_6[] = FIXTURE_UNDO_8 FIXTURE_UNDO_7
    "INSERT INTO images (name, uuid, state, machine, created)"
    "  VALUES ('gold', 'uuid-1', 'ready', 'm', '2026-01-02T03:04:05.678Z');"
    "INSERT INTO jobs (id, kind, state, created)"
    "  VALUES ('job-running', 'clone', 'running', '2026-01-02T03:04:05.678Z'),"
    "         ('job-ended', 'clone', 'succeeded', '2026-01-02T03:04:05.678Z'),"
    "         ('job-install', 'create', 'running', '2026-01-02T03:04:05.678Z');"
    "INSERT INTO steps (job, position, phase, state) SELECT number, 0, 'disk', 'running' FROM jobs;"
    "PRAGMA user_version = 6;";

static void test_clones_that_are_being_made_have_their_image(void)
{
    static const struct {
        const char *job;
        guint steps;
    } wanted[] = { { "job-running", 2 }, { "job-ended", 1 }, { "job-install", 1 } };
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(StoreJob) job = NULL;
    fixture_shut(fixture);
    run_sql(fixture->path, clones_of_6);
    fixture_reopen(fixture, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(GPtrArray) steps = store_step_list(fixture->store, wanted[i].job, NULL);
        g_assert_cmpuint(steps->len, ==, wanted[i].steps);
    }
    g_autofree char *text = fixture_steps(fixture, "job-running");
    g_assert_cmpstr(text, ==, "image done, disk running");
    g_assert_true(store_image_get(fixture->store, "gold", &image, NULL));
    g_assert_null(image->recipe);
    g_assert_null(image->expires);
    g_assert_true(store_job_get(fixture->store, "job-running", &job, NULL));
    g_assert_null(job->next);
}

static void test_newer_file_is_refused_untouched(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_shut(fixture);
    run_sql(fixture->path, "PRAGMA user_version = 999");
    assert_refused(fixture, STORE_ERROR_TOO_NEW, "newer sevend (schema 999");
    g_autofree char *version = ask(fixture->path, "PRAGMA user_version");
    g_assert_cmpstr(version, ==, "999");
}

static void test_damaged_file_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_shut(fixture);
    g_assert_true(g_file_set_contents(fixture->path,
                                      "this is no database, and long enough to be sure of that "
                                      "because SQLite reads the first hundred bytes of it",
                                      -1, NULL));
    assert_refused(fixture, STORE_ERROR_FAILED, "the file is damaged");
}

static void test_truncated_file_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture_shut(fixture);
    g_autofree char *content = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(fixture->path, &content, &length, NULL));
    g_assert_true(g_file_set_contents(fixture->path, content, (gssize)length / 2, NULL));
    assert_refused(fixture, STORE_ERROR_FAILED, "the file is damaged");
}

static void test_second_daemon_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    assert_refused(fixture, STORE_ERROR_FAILED, "in use by another process");
}

static void test_missing_folder_is_named(void)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open("/nonexistent/store.db", &error);
    g_assert_null(store);
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "/nonexistent/store.db"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-file/file-is-private-and-durable", test_file_is_private_and_durable);
    g_test_add_func("/store-file/open-file-is-made-private", test_open_file_is_made_private);
    g_test_add_func("/store-file/older-file-is-migrated-and-its-job-goes-on",
                    test_older_file_is_migrated_and_its_job_goes_on);
    g_test_add_func("/store-file/failed-migration-changes-nothing", test_failed_migration_changes_nothing);
    g_test_add_func("/store-file/images-stay-what-they-are-based-on",
                    test_images_stay_what_they_are_based_on);
    g_test_add_func("/store-file/clones-that-are-being-made-have-their-image",
                    test_clones_that_are_being_made_have_their_image);
    g_test_add_func("/store-file/newer-file-is-refused-untouched", test_newer_file_is_refused_untouched);
    g_test_add_func("/store-file/damaged-file-is-refused", test_damaged_file_is_refused);
    g_test_add_func("/store-file/truncated-file-is-refused", test_truncated_file_is_refused);
    g_test_add_func("/store-file/second-daemon-is-refused", test_second_daemon_is_refused);
    g_test_add_func("/store-file/missing-folder-is-named", test_missing_folder_is_named);
    return g_test_run();
}
