// SPDX-License-Identifier: GPL-3.0-or-later
// Setup's logs in what COM1 said, and the folder of evidence: whole or not at all, bounded, never outside.
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/install/setup_logs.h"
#include "daemon/library/job_evidence.h"
#include "tests/unit/install/library_fixture.h"

#define NONCE "0123456789abcdef0123456789abcdef"
#define SAY   "sevend/1 " NONCE " phase=copy status="

static const char *log_text(GHashTable *logs, const char *name)
{
    GString *log = g_hash_table_lookup(logs, name);
    return log ? log->str : NULL;
}

static void logs_are_taken_out_of_the_console(void)
{
    static const char text[] =
        "noise\r\n" SAY "log-begin file=setuperr.log\r\nfirst\r\nsecond\r\n" SAY
        "log-end file=setuperr.log\r\n" SAY "log-begin file=SETUPACT.LOG\r\nthird\r\n" SAY
        "failed exit=31\r\nnot of it\r\n";
    g_autoptr(GHashTable) logs = setup_logs_read(text, sizeof text - 1, NONCE);
    g_assert_cmpuint(g_hash_table_size(logs), ==, 2);
    g_assert_cmpstr(log_text(logs, "setuperr.log"), ==, "first\nsecond\n");
    g_assert_cmpstr(log_text(logs, "setupact.log"), ==, "third\n");
}

static void the_last_copy_of_a_log_counts(void)
{
    static const char text[] = SAY "log-begin file=setuperr.log\none\n" SAY "log-end file=setuperr.log\n" SAY
                                   "log-begin file=setuperr.log\ntwo\n";
    g_autoptr(GHashTable) logs = setup_logs_read(text, sizeof text - 1, NONCE);
    g_assert_cmpstr(log_text(logs, "setuperr.log"), ==, "two\n");
}

static void a_guest_names_no_other_file(void)
{
    static const char text[] = SAY "log-begin file=../../passwd\nx\n" SAY "log-begin file=error.json\ny\n"
                                   "sevend/1 ffffffffffffffffffffffffffffffff phase=copy status=log-begin "
                                   "file=setuperr.log\nz\n";
    g_autoptr(GHashTable) logs = setup_logs_read(text, sizeof text - 1, NONCE);
    g_assert_cmpuint(g_hash_table_size(logs), ==, 0);
}

static void a_log_without_end_is_bounded(void)
{
    GString *text = g_string_new(SAY "log-begin file=setupact.log\n");
    for (guint i = 0; i < 50000; i++)
        g_string_append(text, "a line of some length, \x1b[31m again and again\n");
    g_autoptr(GHashTable) logs = setup_logs_read(text->str, text->len, NONCE);
    const char *log = log_text(logs, "setupact.log");
    g_assert_cmpuint(strlen(log), <, 300 * 1024);
    g_assert_null(strchr(log, '\x1b'));
    g_string_free(text, TRUE);
}

static void keep(LibraryFixture *fixture, const char *job, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = job_evidence_begin(&fixture->daemon, job, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(folder, "console.log", NULL);
    g_file_set_contents(path, content, -1, &error);
    g_assert_no_error(error);
    g_assert_true(job_evidence_commit(&fixture->daemon, job, folder, &error));
    g_assert_no_error(error);
}

static void evidence_is_seen_when_it_is_whole(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *job = job_id_new();
    g_autofree char *folder = job_evidence_begin(&fixture->daemon, job, &error);
    g_assert_no_error(error);
    g_autoptr(json_object) before = job_evidence_list(&fixture->daemon, job, &error);
    g_assert_cmpuint(json_object_array_length(before), ==, 0);
    job_evidence_sweep_unfinished(&fixture->daemon); // as after kill -9
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    keep(fixture, job, "said");
    keep(fixture, job, "said again"); // the undo was taken up after a crash
    g_autoptr(json_object) after = job_evidence_list(&fixture->daemon, job, &error);
    g_assert_cmpuint(json_object_array_length(after), ==, 1);
    json_object *file = json_object_array_get_idx(after, 0);
    g_assert_cmpstr(json_string_member(file, "name"), ==, "console.log");
    g_assert_cmpint(json_int_member(file, "size", 0), ==, 10);
    g_assert_cmpstr(json_string_member(file, "type"), ==, "text/plain; charset=utf-8");
}

static void nothing_else_is_opened(void)
{
    static const char *const names[] = { "../../store.db", "..",          ".",       "",
                                         "none.log",       "Console.log", "link.log" };
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *job = job_id_new();
    keep(fixture, job, "said");
    g_autofree char *link = g_build_filename(fixture->folder, "evidence", job, "link.log", NULL);
    g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        guint64 size = 0;
        const char *type = NULL;
        g_assert_cmpint(job_evidence_open(&fixture->daemon, job, names[i], &size, &type, &error), ==, -1);
        g_assert_nonnull(error);
    }
}

static void the_oldest_goes_first(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *folder = g_build_filename(fixture->folder, "evidence", NULL);
    g_mkdir(folder, 0755);
    // Ids in the order of their time.
    for (guint i = 0; i < JOB_EVIDENCE_MAX_JOBS + 5; i++) {
        g_autofree char *path = g_strdup_printf("%s/01hz%022u", folder, i);
        g_mkdir(path, 0755);
    }
    job_evidence_sweep(&fixture->daemon);
    g_autofree char *oldest = g_strdup_printf("%s/01hz%022u", folder, 4);
    g_autofree char *kept = g_strdup_printf("%s/01hz%022u", folder, 5);
    g_assert_false(g_file_test(oldest, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/evidence/logs", logs_are_taken_out_of_the_console);
    g_test_add_func("/evidence/last-copy", the_last_copy_of_a_log_counts);
    g_test_add_func("/evidence/no-other-file", a_guest_names_no_other_file);
    g_test_add_func("/evidence/bounded-log", a_log_without_end_is_bounded);
    g_test_add_func("/evidence/whole", evidence_is_seen_when_it_is_whole);
    g_test_add_func("/evidence/nothing-else", nothing_else_is_opened);
    g_test_add_func("/evidence/oldest-first", the_oldest_goes_first);
    return g_test_run();
}
