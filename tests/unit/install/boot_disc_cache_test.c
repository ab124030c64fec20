// SPDX-License-Identifier: GPL-3.0-or-later
// The boot disc cache: one build for a crowd, what is damaged is built anew, the least recently used goes,
// what a machine uses stays. A shell script plays sevend-media and counts what it is asked.
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "common/files.h"
#include "daemon/library/boot_disc_cache.h"

typedef struct {
    char *folder;
    Config config;
    Daemon daemon;
} Fixture;

static const char *const none[] = { NULL };

static char *path_in(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static void write_text(const Fixture *fixture, const char *name, const char *text, mode_t mode)
{
    g_autofree char *path = path_in(fixture, name);
    g_autoptr(GError) error = NULL;
    g_assert_true(file_write_atomic(path, text, strlen(text), mode, &error));
    g_assert_no_error(error);
}

// Builds a disc of 1 MiB that holds its arguments, slowly enough for a crowd to gather.
static const char media[] =
    "#!/bin/sh\n"
    "here=$(dirname \"$0\")\n"
    "case $1 in\n"
    "build-boot-disc)\n"
    "  while [ $# -gt 0 ]; do [ \"$1\" != --output ] || out=$2; shift; done\n"
    "  echo built >>\"$here/builds\"\n"
    "  sleep 0.3\n"
    "  { echo \"$out\"; head -c 1048576 /dev/zero; } >\"$out.partial-1\" && mv \"$out.partial-1\" \"$out\"\n"
    "  ;;\n"
    "hash) out=$3; echo hashed >>\"$here/hashes\" ;;\n"
    "esac\n"
    "echo \"{\\\"result\\\":{\\\"size\\\":$(stat -c %s \"$out\"),"
    "\\\"xxh128\\\":\\\"$(sha256sum \"$out\" | cut -d ' ' -f 1)\\\"}}\"\n";

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("sevend-cache-XXXXXX", NULL);
    g_autofree char *discs = path_in(fixture, "boot-discs");
    g_autofree char *database = path_in(fixture, "db");
    g_assert_cmpint(g_mkdir(discs, 0700), ==, 0);
    write_text(fixture, "media", media, 0755);
    write_text(fixture, "start.cmd", "start", 0644);
    write_text(fixture, "sevend-agent-amd64.exe", "agent", 0644);
    fixture->config.state = fixture->config.guest = fixture->folder;
    fixture->config.media = path_in(fixture, "media");
    fixture->config.boot_disc_cache_mib = 2;
    fixture->daemon.config = &fixture->config;
    fixture->daemon.store = store_open(database, &error);
    g_assert_no_error(error);
    fixture->daemon.boot_discs = boot_disc_cache_new();
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    boot_disc_cache_free(fixture->daemon.boot_discs);
    store_close(fixture->daemon.store);
    tree_remove(fixture->folder, NULL);
    g_free(fixture->config.media);
    g_free(fixture->folder);
}

static BootDiscRecipe recipe_of(const char *hash)
{
    return (BootDiscRecipe){ .vendor_disc = "/nowhere/win7.iso",
                             .boot_files_sha256 = hash,
                             .architecture = "amd64",
                             .driver_names = none,
                             .driver_folders = none,
                             .driver_hashes = none };
}

static char *key_of(Fixture *fixture, const char *hash)
{
    const BootDiscRecipe recipe = recipe_of(hash);
    g_autoptr(GError) error = NULL;
    char *key = boot_disc_key(&fixture->daemon, &recipe, &error);
    g_assert_no_error(error);
    return key;
}

// Returns whether it was built; *ret_path (the caller frees) is where it is.
static gboolean ensure(Fixture *fixture, const char *hash, char **ret_path)
{
    const BootDiscRecipe recipe = recipe_of(hash);
    g_autofree char *key = key_of(fixture, hash);
    g_autoptr(GError) error = NULL;
    gboolean built = FALSE;
    g_assert_true(boot_disc_ensure(&fixture->daemon, key, &recipe, NULL, NULL, NULL, &built, &error));
    g_assert_no_error(error);
    char *path = boot_disc_path(&fixture->daemon, key);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    if (ret_path)
        *ret_path = path;
    else
        g_free(path);
    return built;
}

static gsize builds(const Fixture *fixture)
{
    g_autofree char *path = path_in(fixture, "builds");
    g_autofree char *text = NULL;
    gsize length = 0;
    return file_read(path, 65536, &text, &length, NULL) ? length / strlen("built\n") : 0;
}

static gpointer ask(gpointer data)
{
    return GINT_TO_POINTER(ensure(data, "one", NULL) ? 1 : 0);
}

static void a_crowd_gets_one_build(Fixture *fixture, gconstpointer data)
{
    (void)data;
    GThread *threads[16];
    gint said_built = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("ask", ask, fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        said_built += GPOINTER_TO_INT(g_thread_join(threads[i]));
    g_assert_cmpuint(builds(fixture), ==, 1);
    g_assert_cmpint(said_built, ==, 1);
}

static void what_it_is_made_of_makes_the_key(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *one = key_of(fixture, "one"), *same = key_of(fixture, "one"),
                    *two = key_of(fixture, "two");
    g_assert_cmpstr(one, ==, same);
    g_assert_cmpstr(one, !=, two);
    write_text(fixture, "start.cmd", "another start", 0644);
    g_autofree char *other_script = key_of(fixture, "one");
    g_assert_cmpstr(one, !=, other_script);
    write_text(fixture, "start.cmd", "start", 0644);
    write_text(fixture, "sevend-agent-amd64.exe", "another agent", 0644);
    g_autofree char *other_agent = key_of(fixture, "one");
    g_assert_cmpstr(one, !=, other_agent);
}

static void a_flipped_byte_is_found(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = NULL;
    g_assert_true(ensure(fixture, "one", &path));
    g_assert_false(ensure(fixture, "one", NULL));
    GStatBuf before;
    g_assert_cmpint(g_stat(path, &before), ==, 0);
    FILE *file = g_fopen(path, "r+b");
    fseek(file, 500000, SEEK_SET);
    fputc(1, file);
    fclose(file);
    const struct utimbuf times = { before.st_atime, before.st_mtime };
    g_assert_cmpint(g_utime(path, (struct utimbuf *)&times), ==, 0); // as if nobody had written to it
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*is not what was written*");
    g_assert_true(ensure(fixture, "one", NULL));
    g_test_assert_expected_messages();
    g_assert_cmpuint(builds(fixture), ==, 2);
    g_assert_false(ensure(fixture, "one", NULL));
}

static guint hashes(const Fixture *fixture)
{
    g_autofree char *path = path_in(fixture, "hashes");
    g_autofree char *text = NULL;
    gsize length = 0;
    return file_read(path, 65536, &text, &length, NULL) ? (guint)(length / strlen("hashed\n")) : 0;
}

static void forget(Fixture *fixture) // as a daemon that was started again
{
    boot_disc_cache_free(fixture->daemon.boot_discs);
    fixture->daemon.boot_discs = boot_disc_cache_new();
}

static void an_untouched_disc_is_hashed_once_a_daemon(Fixture *fixture, gconstpointer data)
{
    (void)data;
    ensure(fixture, "one", NULL);
    g_assert_false(ensure(fixture, "one", NULL));
    g_assert_false(ensure(fixture, "one", NULL));
    g_assert_cmpuint(hashes(fixture), ==, 0);
    forget(fixture);
    g_assert_false(ensure(fixture, "one", NULL));
    g_assert_false(ensure(fixture, "one", NULL));
    g_assert_cmpuint(hashes(fixture), ==, 1);
}

static void a_cut_disc_and_one_without_a_sum_are_built_anew(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = NULL;
    g_assert_true(ensure(fixture, "one", &path));
    g_assert_cmpint(truncate(path, 1000), ==, 0);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*is not what was written*");
    g_assert_true(ensure(fixture, "one", NULL));
    g_autofree char *sum = g_strdup_printf("%.*s.sum", (int)strlen(path) - 4, path);
    g_assert_cmpint(g_remove(sum), ==, 0);
    forget(fixture);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*is not what was written*");
    g_assert_true(ensure(fixture, "one", NULL));
    g_test_assert_expected_messages();
}

static void set_age(const char *path, guint hours)
{
    const gint64 then = g_get_real_time() / G_USEC_PER_SEC - hours * 3600;
    const struct utimbuf times = { (time_t)then, (time_t)then };
    g_assert_cmpint(g_utime(path, (struct utimbuf *)&times), ==, 0);
}

static void use(Fixture *fixture, const char *hash)
{
    g_autofree char *key = key_of(fixture, hash);
    g_autoptr(GError) error = NULL;
    const StoreMachine machine = { .uuid = (char *)"6b1f7c1e-0000-4000-8000-000000000001",
                                   .name = (char *)"m",
                                   .state = (char *)"installing",
                                   .template_name = (char *)"t",
                                   .disc = (char *)"d",
                                   .edition = (char *)"E",
                                   .architecture = (char *)"amd64",
                                   .request = (char *)"{}" };
    const StoreJob job = { .id = (char *)"01hzzzzzzzzzzzzzzzzzzzzzzz",
                           .kind = (char *)"create",
                           .machine_name = machine.name,
                           .machine_uuid = machine.uuid };
    const StoreIdempotency no_key = { NULL, NULL };
    g_assert_true(store_job_insert(fixture->daemon.store, &machine, &job, none, &no_key, &error));
    g_assert_no_error(error);
    g_assert_true(store_machine_set_boot_disc(fixture->daemon.store, machine.uuid, key, &error));
    g_assert_no_error(error);
}

// Three of a MiB, one of them in use, and room for two that are not: 2 MiB are a little less than two discs.
static void the_least_recently_used_goes_what_is_used_stays(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *oldest = NULL, *old = NULL, *recent = NULL;
    ensure(fixture, "oldest", &oldest);
    ensure(fixture, "old", &old);
    ensure(fixture, "recent", &recent);
    set_age(oldest, 3);
    set_age(old, 2);
    set_age(recent, 1);
    use(fixture, "oldest");
    boot_disc_cache_clean(&fixture->daemon, FALSE);
    g_assert_true(g_file_test(oldest, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(recent, G_FILE_TEST_EXISTS));
    g_autofree char *sum = g_strdup_printf("%.*s.sum", (int)strlen(old) - 4, old);
    g_assert_false(g_file_test(sum, G_FILE_TEST_EXISTS));
}

static void left_overs_go_at_the_start_only(Fixture *fixture, gconstpointer data)
{
    (void)data;
    write_text(fixture, "boot-discs/abc.iso.partial-77", "half", 0600);
    write_text(fixture, "boot-discs/abc.sum", "1 x\n", 0600);
    g_autofree char *partial = path_in(fixture, "boot-discs/abc.iso.partial-77");
    g_autofree char *sum = path_in(fixture, "boot-discs/abc.sum");
    boot_disc_cache_clean(&fixture->daemon, FALSE);
    g_assert_true(g_file_test(partial, G_FILE_TEST_EXISTS));
    boot_disc_cache_clean(&fixture->daemon, TRUE);
    g_assert_false(g_file_test(partial, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(sum, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(function) g_test_add("/boot-disc-cache/" #function, Fixture, NULL, set_up, function, tear_down)
    CASE(a_crowd_gets_one_build);
    CASE(what_it_is_made_of_makes_the_key);
    CASE(a_flipped_byte_is_found);
    CASE(an_untouched_disc_is_hashed_once_a_daemon);
    CASE(a_cut_disc_and_one_without_a_sum_are_built_anew);
    CASE(the_least_recently_used_goes_what_is_used_stays);
    CASE(left_overs_go_at_the_start_only);
    return g_test_run();
}
