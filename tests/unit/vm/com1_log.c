// SPDX-License-Identifier: GPL-3.0-or-later
// Following virtlogd's file: growth, rotation, truncation, restart, limits.
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/vm/com1.h"

#define NONCE "00112233445566778899aabbccddeeff"

typedef struct {
    char *folder, *path;
} Place;

static void set_up(Place *place, gconstpointer data)
{
    (void)data;
    place->folder = g_dir_make_tmp("vmtest-com1-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "com1.log", NULL);
}

static void tear_down(Place *place, gconstpointer data)
{
    static const char *const suffixes[] = { "", ".0", ".1", ".2" };

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *path = g_strconcat(place->path, suffixes[i], NULL);
        g_unlink(path);
    }
    g_rmdir(place->folder);
    g_free(place->folder);
    g_free(place->path);
}

static void append(const Place *place, const char *text)
{
    int file = open(place->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    g_assert_cmpint(write(file, text, strlen(text)), ==, (int)strlen(text));
    close(file);
}

// As virtlogd does it: .0 to .1, the file to .0, a new file.
static void rotate(const Place *place)
{
    g_autofree char *zero = g_strconcat(place->path, ".0", NULL);
    g_autofree char *one = g_strconcat(place->path, ".1", NULL);

    g_rename(zero, one);
    g_assert_cmpint(g_rename(place->path, zero), ==, 0);
    append(place, "");
}

// The new lines' texts, with "|" between them.
static char *read_lines(Com1Log *log)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) lines = com1_log_read(log, &error);
    GString *text = g_string_new(NULL);

    g_assert_no_error(error);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "%s%s", i ? "|" : "", ((const Com1Line *)lines->pdata[i])->text);
    return g_string_free(text, FALSE);
}

static void expect(Com1Log *log, const char *expected)
{
    g_autofree char *text = read_lines(log);

    g_assert_cmpstr(text, ==, expected);
}

static void test_file_need_not_exist_yet(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    expect(log, "");
    append(place, "one\r\n");
    expect(log, "one");
    expect(log, "");
}

static void test_line_is_given_out_once_it_is_whole(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    append(place, "one\nsevend/1 " NONCE " pha");
    expect(log, "one");
    g_assert_cmpuint(com1_log_offset(log), ==, 4);
    g_assert_cmpuint(com1_log_bytes(log), ==, 4 + 45);
    append(place, "se=winpe\n");
    g_autoptr(GPtrArray) lines = com1_log_read(log, NULL);
    g_assert_cmpuint(lines->len, ==, 1);
    g_assert_cmpstr(((const Com1Line *)lines->pdata[0])->phase, ==, "winpe");
}

static void test_resumes_at_the_offset_of_an_earlier_run(Place *place, gconstpointer data)
{
    (void)data;
    append(place, "one\ntwo\nthr");
    g_autoptr(Com1Log) first = com1_log_new(place->path, NONCE, 0);
    expect(first, "one|two");
    g_autoptr(Com1Log) second = com1_log_new(place->path, NONCE, com1_log_offset(first));
    append(place, "ee\n");
    expect(second, "three");
    g_assert_cmpuint(com1_log_bytes(second), ==, 14);
}

static void test_rotation_in_the_middle_of_a_line_loses_nothing(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    append(place, "one\ntw");
    expect(log, "one");
    append(place, "o\nth");
    rotate(place);
    append(place, "ree\nfour\n");
    expect(log, "two|three|four");
    g_assert_cmpuint(com1_log_offset(log), ==, 9);
    g_assert_cmpuint(com1_log_bytes(log), ==, 19);
}

static void test_two_rotations_between_reads_lose_nothing(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    append(place, "one\n");
    expect(log, "one");
    append(place, "two\n");
    rotate(place);
    append(place, "three\n");
    rotate(place);
    append(place, "four\n");
    expect(log, "two|three|four");
}

static void test_rotation_while_nobody_read_is_noticed(Place *place, gconstpointer data)
{
    (void)data;
    append(place, "one\ntwo\nthree\n");
    rotate(place);
    append(place, "four\n");
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 8);
    expect(log, "three|four");
}

static void test_truncated_file_is_read_from_its_start(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    append(place, "one\ntwo\n");
    expect(log, "one|two");
    g_assert_cmpint(truncate(place->path, 0), ==, 0);
    append(place, "new\n");
    expect(log, "new");
    g_assert_cmpuint(com1_log_offset(log), ==, 4);
    g_assert_cmpuint(com1_log_bytes(log), ==, 12);

    g_autoptr(Com1Log) later = com1_log_new(place->path, NONCE, 100);
    expect(later, "new");
}

static void test_overlong_line_is_cut_and_its_rest_dropped(Place *place, gconstpointer data)
{
    g_autofree char *line = g_strnfill(100000, 'x');
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    append(place, line);
    g_autoptr(GPtrArray) lines = com1_log_read(log, NULL);
    g_assert_cmpuint(lines->len, ==, 1);
    g_assert_cmpuint(strlen(((const Com1Line *)lines->pdata[0])->text), ==, 1024);
    append(place, "rest sevend/1 " NONCE " phase=ready\nnext\n");
    expect(log, "next");
}

static void test_line_of_exactly_the_limit_is_one_line(Place *place, gconstpointer data)
{
    g_autofree char *line = g_strnfill(4096, 'x');
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    append(place, line);
    append(place, "\nnext\n");
    g_autoptr(GPtrArray) lines = com1_log_read(log, NULL);
    g_assert_cmpuint(lines->len, ==, 2);
}

static void test_one_call_takes_a_bounded_amount(Place *place, gconstpointer data)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint calls = 0, lines_in_all = 0;
    (void)data;
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    for (int i = 0; i < 20000; i++)
        g_string_append_printf(text, "%0100d\n\n", i);
    append(place, text->str);
    for (;;) {
        guint64 before = com1_log_bytes(log);
        g_autoptr(GPtrArray) lines = com1_log_read(log, NULL);
        if (lines->len == 0)
            break;
        calls++;
        lines_in_all += lines->len;
        g_assert_cmpuint(lines->len, <=, 4096);
        g_assert_cmpuint(com1_log_bytes(log) - before, <=, 256 * 1024);
    }
    g_assert_cmpuint(lines_in_all, ==, 40000);
    g_assert_cmpuint(calls, >=, 8);
}

static void test_what_is_no_regular_file_is_refused(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    (void)data;
    g_assert_cmpint(symlink("/etc/passwd", place->path), ==, 0);
    g_autoptr(Com1Log) log = com1_log_new(place->path, NONCE, 0);

    g_assert_null(com1_log_read(log, &error));
    g_assert_true(error && error->domain == G_IO_ERROR);
}

static void test_all_that_was_said_is_read(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    g_autoptr(GBytes) none = com1_text_read(place->path, 100, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(none), ==, 0);
    append(place, "oldest\n");
    rotate(place);
    append(place, "old\n");
    rotate(place);
    append(place, "new\n");
    g_autoptr(GBytes) all = com1_text_read(place->path, 100, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(all, NULL), g_bytes_get_size(all), "oldest\nold\nnew\n", 15);
    g_autoptr(GBytes) end = com1_text_read(place->path, 6, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(end, NULL), g_bytes_get_size(end), "d\nnew\n", 6);
    // Just renamed, nothing said since, and the oldest gone.
    rotate(place);
    g_autoptr(GBytes) renamed = com1_text_read(place->path, 100, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(renamed, NULL), g_bytes_get_size(renamed), "old\nnew\n", 8);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Place *place, gconstpointer data);
    } tests[] = {
        { "/com1-log/file-need-not-exist-yet", test_file_need_not_exist_yet },
        { "/com1-log/line-is-given-out-once-it-is-whole", test_line_is_given_out_once_it_is_whole },
        { "/com1-log/all-that-was-said", test_all_that_was_said_is_read },
        { "/com1-log/resumes-at-the-offset-of-an-earlier-run", test_resumes_at_the_offset_of_an_earlier_run },
        { "/com1-log/rotation-in-the-middle-of-a-line-loses-nothing",
          test_rotation_in_the_middle_of_a_line_loses_nothing },
        { "/com1-log/two-rotations-between-reads-lose-nothing",
          test_two_rotations_between_reads_lose_nothing },
        { "/com1-log/rotation-while-nobody-read-is-noticed", test_rotation_while_nobody_read_is_noticed },
        { "/com1-log/truncated-file-is-read-from-its-start", test_truncated_file_is_read_from_its_start },
        { "/com1-log/overlong-line-is-cut-and-its-rest-dropped",
          test_overlong_line_is_cut_and_its_rest_dropped },
        { "/com1-log/line-of-exactly-the-limit-is-one-line", test_line_of_exactly_the_limit_is_one_line },
        { "/com1-log/one-call-takes-a-bounded-amount", test_one_call_takes_a_bounded_amount },
        { "/com1-log/what-is-no-regular-file-is-refused", test_what_is_no_regular_file_is_refused },
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Place, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
