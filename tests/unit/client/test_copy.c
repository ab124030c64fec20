// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl cp: which way, what is asked for, and names that must not lead out of a folder.
#include <glib/gstdio.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fake_daemon.h"
#include "sevenctl_process.h"

#define FOLDER                                                                                               \
    "{\"path\":\"C:/work\",\"type\":\"folder\",\"size\":0,\"modified\":\"2009-07-14T01:02:03Z\","            \
    "\"entries\":[%s]}"
// SHA-256 of "bytes", of nothing, of "1".
#define BYTES_SHA256 "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ONE_SHA256   "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
#define BYTES_DIGEST "sha-256=:J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk=:"
#define PUT(sha256)  "{\"path\":\"C:/a\",\"size\":1,\"sha256\":\"" sha256 "\"}"
#define FILE_OF_5    "{\"path\":\"C:/a\",\"type\":\"file\",\"size\":5,\"modified\":null,\"entries\":[]}"
#define NOTHING      "{\"status\":404,\"code\":\"not-found-in-machine\",\"detail\":\"there is no such file\"}"

static char *write_file(FakeDaemon *fake, const char *name, const char *text)
{
    char *path = g_build_filename(fake_daemon_folder(fake), name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void assert_line(FakeDaemon *fake, guint number, const char *expected)
{
    g_autofree char *line = fake_daemon_request_line(fake, number);
    g_assert_cmpstr(line, ==, expected);
}

static void a_file_goes_into_a_folder_that_is_there(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *file = write_file(fake, "set up.exe", "bytes");
    g_autofree char *folder = g_strdup_printf(FOLDER, "");
    const struct timespec times[2] = { { .tv_sec = 1247533323 }, { .tv_sec = 1247533323 } };
    g_assert_cmpint(utimensat(AT_FDCWD, file, times, 0), ==, 0);
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 200, folder);
    fake_daemon_answer(fake, "PUT /v1/vms/lab/files", 201, PUT(BYTES_SHA256));
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", file, "lab:C:\\work", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_nonnull(strstr(outcome->out, " -> C:\\work/set up.exe\n"));
    assert_line(fake, 0, "GET /v1/vms/lab/folder?path=C:%5Cwork");
    assert_line(fake, 1, "PUT /v1/vms/lab/files?path=C:%5Cwork/set%20up.exe&modified=2009-07-14T01:02:03Z");
    g_autofree char *body = fake_daemon_request_body(fake, 1);
    g_assert_cmpstr(body, ==, "bytes");
    g_autofree char *digest = fake_daemon_request_header(fake, 1, "Repr-Digest");
    g_assert_cmpstr(digest, ==, BYTES_DIGEST);
}

static void a_file_gets_the_name_it_is_given(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *file = write_file(fake, "a", "");
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 404, NOTHING);
    fake_daemon_answer(fake, "PUT /v1/vms/lab/files", 201, PUT(EMPTY_SHA256));
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "--json", "cp", file, "lab:C:/b", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_cmpstr(outcome->out, ==, "{\"files\":1,\"bytes\":0}\n");
    g_autofree char *line = fake_daemon_request_line(fake, 1);
    g_assert_true(g_str_has_prefix(line, "PUT /v1/vms/lab/files?path=C:/b&modified="));
}

static void a_folder_goes_in_with_what_is_in_it(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *folder = g_build_filename(fake_daemon_folder(fake), "tests", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_autofree char *file = write_file(fake, "tests/one", "1");
    fake_daemon_answer(fake, "PUT /v1/vms/lab/folder", 204, "");
    fake_daemon_answer(fake, "PUT /v1/vms/lab/files", 201, PUT(ONE_SHA256));
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", "-q", folder, "lab:C:/", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_cmpstr(outcome->out, ==, "");
    assert_line(fake, 0, "PUT /v1/vms/lab/folder?path=C:/tests");
}

static void a_folder_comes_out(void)
{
    struct stat info;
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *folder = g_strdup_printf(
        FOLDER, "{\"name\":\"a.log\",\"type\":\"file\",\"size\":4,\"modified\":\"2009-07-14T01:02:03Z\"}");
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 200, folder);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/lab/files", 200, "application/octet-stream", "l\0og", 4);
    fake_daemon_add_header(fake, "Repr-Digest: sha-256=:ffXQV6ULEJvS21CY56VE5VCpWMDpVVQ1eBkUfBWBAMM=:");
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "cp", "lab:C:/work", fake_daemon_folder(fake), NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    assert_line(fake, 1, "GET /v1/vms/lab/files?path=C:/work/a.log");
    g_autofree char *path = g_build_filename(fake_daemon_folder(fake), "work", "a.log", NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_cmpmem(text, length, "l\0og", 4);
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    g_assert_cmpint(info.st_mtim.tv_sec, ==, 1247533323);
}

static void a_name_that_leads_out_is_refused(void)
{
    static const char *const names[] = { "..", ".", "a/b", "../../etc/passwd", "" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        g_autofree char *entry =
            g_strdup_printf("{\"name\":\"%s\",\"type\":\"file\",\"size\":1,\"modified\":null}", names[i]);
        g_autofree char *folder = g_strdup_printf(FOLDER, entry);
        fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 200, folder);
        fake_daemon_answer(fake, "GET /v1/vms/lab/files", 200, "x");
        g_autoptr(Outcome) outcome =
            sevenctl_run(fake, NULL, "cp", "lab:C:/work", fake_daemon_folder(fake), NULL);
        g_assert_cmpint(outcome->code, ==, 1);
        g_assert_cmpuint(fake_daemon_request_count(fake), ==, 1);
    }
}

static void a_file_that_breaks_off_is_not_kept(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 200,
                       "{\"path\":\"C:/a\",\"type\":\"file\",\"size\":9,\"modified\":null,\"entries\":[]}");
    fake_daemon_stream(fake, "GET /v1/vms/lab/files", "half", FAKE_BREAK, NULL);
    g_autofree char *target = g_build_filename(fake_daemon_folder(fake), "a", NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", "lab:C:/a", target, NULL);
    g_assert_cmpint(outcome->code, !=, 0);
    g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS));
    g_autofree char *partial = g_strconcat(target, ".part", NULL);
    g_assert_false(g_file_test(partial, G_FILE_TEST_EXISTS));
}

static void a_file_that_arrived_otherwise_is_a_failure(void)
{
    static const char *const answers[] = { PUT(EMPTY_SHA256), "{\"path\":\"C:/a\",\"size\":5}" };
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        g_autofree char *file = write_file(fake, "a", "bytes");
        fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 404, NOTHING);
        fake_daemon_answer(fake, "PUT /v1/vms/lab/files", 201, answers[i]);
        g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", file, "lab:C:/a", NULL);
        g_assert_cmpint(outcome->code, ==, 1);
        g_assert_cmpstr(outcome->out, ==, "");
        g_assert_nonnull(strstr(outcome->err, "C:/a in the machine is not what was sent"));
        g_assert_nonnull(strstr(outcome->err, BYTES_SHA256));
    }
}

static void a_file_that_the_daemon_got_otherwise_is_a_failure(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *file = write_file(fake, "a", "bytes");
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 404, NOTHING);
    fake_daemon_answer(fake, "PUT /v1/vms/lab/files", 422,
                       "{\"status\":422,\"code\":\"digest-mismatch\",\"detail\":\"it was not kept\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", file, "lab:C:/a", NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_nonnull(strstr(outcome->err, "it was not kept"));
}

// @header may be NULL. What was there under the name stays as it was.
static void assert_not_kept(const char *header, const char *said)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 200, FILE_OF_5);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/lab/files", 200, "application/octet-stream", "bytez", 5);
    fake_daemon_add_header(fake, header);
    g_autofree char *target = write_file(fake, "a", "before");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", "lab:C:/a", target, NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_nonnull(strstr(outcome->err, said));
    g_autofree char *partial = g_strconcat(target, ".part", NULL), *text = NULL;
    g_assert_false(g_file_test(partial, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_get_contents(target, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "before");
}

static void a_file_that_is_not_what_was_read_is_not_kept(void)
{
    assert_not_kept("Repr-Digest: " BYTES_DIGEST, BYTES_SHA256);
    assert_not_kept("Repr-Digest: sha-512=:AAAA:", "cannot be verified");
    assert_not_kept(NULL, "cannot be verified");
}

static void a_hash_may_come_behind_the_file(void)
{
    static const char *const pieces[] = { "bytes", "bytez" };
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 200, FILE_OF_5);
        fake_daemon_stream(fake, "GET /v1/vms/lab/files", pieces[i], NULL);
        fake_daemon_add_header(fake, "Repr-Digest: " BYTES_DIGEST);
        g_autofree char *target = g_build_filename(fake_daemon_folder(fake), "a", NULL);
        g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", "lab:C:/a", target, NULL);
        g_assert_cmpint(outcome->code, ==, i == 0 ? 0 : 1);
        g_assert_cmpint(g_file_test(target, G_FILE_TEST_EXISTS), ==, i == 0);
    }
}

static void what_is_not_there_is_exit_code_4(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/vms/lab/folder", 404, NOTHING);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", "lab:C:/a", ".", NULL);
    g_assert_cmpint(outcome->code, ==, 4);
    g_assert_nonnull(strstr(outcome->err, "has no C:/a"));
}

static void sides_that_make_no_copy_are_usage(void)
{
    static const char *const sides[][2] = {
        { "a", "b" },
        { "lab:C:/a", "lab:C:/b" },
        { "./lab:C:/a", "b" },
        { ":C:/a", "b" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "cp", sides[i][0], sides[i][1], NULL);
        g_assert_cmpint(outcome->code, ==, 2);
        g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/copy/into-a-folder", a_file_goes_into_a_folder_that_is_there);
    g_test_add_func("/client/copy/under-a-name", a_file_gets_the_name_it_is_given);
    g_test_add_func("/client/copy/folder-in", a_folder_goes_in_with_what_is_in_it);
    g_test_add_func("/client/copy/folder-out", a_folder_comes_out);
    g_test_add_func("/client/copy/names-that-lead-out", a_name_that_leads_out_is_refused);
    g_test_add_func("/client/copy/breaks-off", a_file_that_breaks_off_is_not_kept);
    g_test_add_func("/client/copy/in-otherwise", a_file_that_arrived_otherwise_is_a_failure);
    g_test_add_func("/client/copy/in-refused", a_file_that_the_daemon_got_otherwise_is_a_failure);
    g_test_add_func("/client/copy/out-otherwise", a_file_that_is_not_what_was_read_is_not_kept);
    g_test_add_func("/client/copy/hash-behind", a_hash_may_come_behind_the_file);
    g_test_add_func("/client/copy/not-there", what_is_not_there_is_exit_code_4);
    g_test_add_func("/client/copy/usage", sides_that_make_no_copy_are_usage);
    return g_test_run();
}
