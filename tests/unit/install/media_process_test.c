// SPDX-License-Identifier: GPL-3.0-or-later
// Running sevend-media: results, progress, refusals, crashes, nonsense, cancel. Shell scripts play the
// program.
#include <glib/gstdio.h>
#include <string.h>

#include "common/files.h"
#include "daemon/library/media_process.h"

static char *folder;

static char *script(const char *body)
{
    static int number;
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", body);
    char *path = g_strdup_printf("%s/media-%d", folder, number++);
    g_assert_true(file_write_atomic(path, text, strlen(text), 0755, NULL));
    return path;
}

static json_object *run(const char *body, MediaProgressFunc progress, gpointer data,
                        GCancellable *cancellable, GError **error)
{
    static const char *const arguments[] = { "verb", NULL };
    g_autofree char *program = script(body);
    return media_run(program, arguments, progress, data, cancellable, error);
}

static void count_progress(const char *step, guint64 done, guint64 total, gpointer data)
{
    g_assert_cmpstr(step, ==, "hash");
    g_assert_cmpuint(total, ==, 10);
    *(guint64 *)data += done;
}

static void result_and_progress_arrive(void)
{
    guint64 sum = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) result =
        run("echo '{\"progress\":{\"step\":\"hash\",\"done\":3,\"total\":10}}'\n"
            "echo '{\"progress\":{\"step\":\"hash\",\"done\":10,\"total\":10}}'\necho "
            "'{\"result\":{\"size\":7}}'",
            count_progress, &sum, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(json_int_member(result, "size", 0), ==, 7);
    g_assert_cmpuint(sum, ==, 13);
}

static void a_refusal_keeps_its_code(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *code = NULL;
    g_assert_null(
        run("echo noise >&2\n"
            "echo '{\"error\":{\"code\":\"not-windows\",\"message\":\"a.iso: holds no WIM\"}}' >&2\nexit 1",
            NULL, NULL, NULL, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_REFUSED);
    g_assert_cmpstr(media_error_split(error, &code), ==, "a.iso: holds no WIM");
    g_assert_cmpstr(code, ==, "not-windows");
}

static void what_is_broken_is_said_to_be_broken(void)
{
    static const char *const bodies[] = {
        "exit 0",                                 // no result
        "kill -SEGV $$",                          // crash
        "echo this is not JSON",                  // nonsense
        "echo '{\"result\":{}}'\nexit 3",         // a result, yet a failure
        "head -c 6000000 /dev/zero | tr '\\0' x", // one endless line
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(run(bodies[i], NULL, NULL, NULL, &error));
        g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_BROKEN);
    }
}

static void a_program_that_is_missing_is_named(void)
{
    static const char *const arguments[] = { NULL };
    g_autoptr(GError) error = NULL;
    g_assert_null(media_run("/nonexistent/sevend-media", arguments, NULL, NULL, NULL, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_BROKEN);
    g_assert_nonnull(strstr(error->message, "/nonexistent/sevend-media"));
}

static void cancel_on_progress(const char *step G_GNUC_UNUSED, guint64 done G_GNUC_UNUSED,
                               guint64 total G_GNUC_UNUSED, gpointer data)
{
    g_cancellable_cancel(data);
}

static void a_cancel_lets_the_program_clean_up(void)
{
    g_autofree char *witness = g_build_filename(folder, "cleaned-up", NULL);
    g_autofree char *body = g_strdup_printf("trap 'touch %s; exit 143' TERM\n"
                                            "echo '{\"progress\":{\"step\":\"x\",\"done\":1,\"total\":2}}'\n"
                                            "while :; do sleep 0.1; done",
                                            witness);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(run(body, cancel_on_progress, cancellable, cancellable, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_CANCELLED);
    g_assert_true(g_file_test(witness, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("sevend-media-process-XXXXXX", NULL);
    g_test_add_func("/media-process/result-and-progress-arrive", result_and_progress_arrive);
    g_test_add_func("/media-process/a-refusal-keeps-its-code", a_refusal_keeps_its_code);
    g_test_add_func("/media-process/what-is-broken-is-said-to-be-broken",
                    what_is_broken_is_said_to_be_broken);
    g_test_add_func("/media-process/a-program-that-is-missing-is-named", a_program_that_is_missing_is_named);
    g_test_add_func("/media-process/a-cancel-lets-the-program-clean-up", a_cancel_lets_the_program_clean_up);
    const int status = g_test_run();
    tree_remove(folder, NULL);
    g_free(folder);
    return status;
}
