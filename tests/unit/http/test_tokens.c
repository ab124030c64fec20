// SPDX-License-Identifier: GPL-3.0-or-later
// The tokens file: adding, checking, taking up changes, refusing files that cannot be trusted.
#include "daemon/http/tokens.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/files.h"
#include "daemon/http/server.h"

#define ABC_HASH                                                                                             \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // SHA-256 of "abc", FIPS 180-4

typedef struct {
    char *folder;
    char *path;
} TokenFile;

static void set_up(TokenFile *file, gconstpointer data)
{
    (void)data;
    file->folder = g_dir_make_tmp("sevend-tokens-XXXXXX", NULL);
    file->path = g_build_filename(file->folder, "tokens", NULL);
}

static void tear_down(TokenFile *file, gconstpointer data)
{
    (void)data;
    g_assert_true(tree_remove(file->folder, NULL));
    g_free(file->folder);
    g_free(file->path);
}

static void write_text(const TokenFile *file, const char *text, mode_t mode)
{
    GError *error = NULL;
    file_write_atomic(file->path, text, strlen(text), mode, &error);
    g_assert_no_error(error);
    g_assert_cmpint(chmod(file->path, mode), ==, 0);
}

static Tokens *open_tokens(const TokenFile *file)
{
    GError *error = NULL;
    Tokens *tokens = tokens_open(file->path, &error);
    g_assert_no_error(error);
    return tokens;
}

static void assert_name(Tokens *tokens, const char *token, const char *expected)
{
    g_autofree char *name = tokens_check(tokens, token);
    g_assert_cmpstr(name, ==, expected);
}

static char *add(const TokenFile *file, const char *name)
{
    GError *error = NULL;
    char *token = http_token_add(file->path, name, &error);
    g_assert_no_error(error);
    return token;
}

static void test_an_added_token_is_good_and_no_other(TokenFile *file, gconstpointer data)
{
    (void)data;
    g_autofree char *first = add(file, "ci");
    g_autofree char *second = add(file, "lab-2");
    g_assert_cmpstr(first, !=, second);
    g_autoptr(Tokens) tokens = open_tokens(file);
    assert_name(tokens, first, "ci");
    assert_name(tokens, second, "lab-2");
    g_autofree char *longer = g_strconcat(first, "0", NULL);
    g_autofree char *shorter = g_strndup(first, strlen(first) - 1);
    assert_name(tokens, longer, NULL);
    assert_name(tokens, shorter, NULL);
    assert_name(tokens, "", NULL);
    assert_name(tokens, "ci", NULL);
}

static void test_the_file_has_hashes_only_and_is_private(TokenFile *file, gconstpointer data)
{
    (void)data;
    g_autofree char *token = add(file, "ci");
    g_autofree char *text = NULL;
    struct stat status;
    g_assert_true(g_file_get_contents(file->path, &text, NULL, NULL));
    g_assert_null(strstr(text, token));
    g_assert_null(strstr(text, token + strlen("sevend_")));
    g_assert_cmpuint(strlen(token), ==, strlen("sevend_") + 64);
    g_assert_cmpint(stat(file->path, &status), ==, 0);
    g_assert_cmphex(status.st_mode & 07777, ==, 0600);
    // The hash is a token's key to nothing.
    g_autofree char *hash = g_strndup(text + strlen("ci:"), 64);
    g_autoptr(Tokens) tokens = open_tokens(file);
    assert_name(tokens, hash, NULL);
}

static void test_what_the_file_says_already_stays(TokenFile *file, gconstpointer data)
{
    (void)data;
    write_text(file, "# mine\n\nold:" ABC_HASH, 0600);
    g_autofree char *token = add(file, "new");
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(file->path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "# mine\n\nold:" ABC_HASH "\nnew:"));
    g_autoptr(Tokens) tokens = open_tokens(file);
    assert_name(tokens, "abc", "old");
    assert_name(tokens, token, "new");
}

static void test_upper_case_hashes_are_taken(TokenFile *file, gconstpointer data)
{
    (void)data;
    g_autofree char *upper = g_ascii_strup(ABC_HASH, -1);
    g_autofree char *line = g_strconcat("  old:", upper, " \r\n", NULL);
    write_text(file, line, 0640);
    g_autoptr(Tokens) tokens = open_tokens(file);
    assert_name(tokens, "abc", "old");
}

static void assert_add_fails(const TokenFile *file, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(http_token_add(file->path, name, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS);
}

static void test_names_are_checked_and_unique(TokenFile *file, gconstpointer data)
{
    (void)data;
    static const char *const names[] = { "", "A", "a b", "a:b", "../a", "a\nb" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        assert_add_fails(file, names[i]);
    g_assert_false(g_file_test(file->path, G_FILE_TEST_EXISTS));
    g_free(add(file, "a"));
    assert_add_fails(file, "a");
}

static void test_a_changed_file_is_taken_up(TokenFile *file, gconstpointer data)
{
    (void)data;
    write_text(file, "", 0600);
    g_autoptr(Tokens) tokens = open_tokens(file);
    assert_name(tokens, "abc", NULL);
    g_autofree char *token = add(file, "late");
    assert_name(tokens, token, "late");
    write_text(file, "old:" ABC_HASH "\n", 0600);
    assert_name(tokens, token, NULL);
    assert_name(tokens, "abc", "old");
}

static void test_a_file_that_goes_bad_lets_nobody_in(TokenFile *file, gconstpointer data)
{
    (void)data;
    write_text(file, "old:" ABC_HASH "\n", 0600);
    g_autoptr(Tokens) tokens = open_tokens(file);
    assert_name(tokens, "abc", "old");

    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "no token is accepted*");
    write_text(file, "old:" ABC_HASH "\nnonsense\n", 0600);
    assert_name(tokens, "abc", NULL);
    assert_name(tokens, "abc", NULL);
    g_test_assert_expected_messages();

    write_text(file, "old:" ABC_HASH "\n", 0600);
    assert_name(tokens, "abc", "old");
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "no token is accepted*");
    g_assert_cmpint(g_unlink(file->path), ==, 0);
    assert_name(tokens, "abc", NULL);
    g_test_assert_expected_messages();
}

static void assert_open_fails(const TokenFile *file)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(tokens_open(file->path, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS);
    g_assert_nonnull(strstr(error->message, file->path));
}

static void test_files_that_cannot_be_trusted_are_refused(TokenFile *file, gconstpointer data)
{
    (void)data;
    static const char *const texts[] = {
        "x", "a:", "a:1234", ":" ABC_HASH, "A:" ABC_HASH, "a:" ABC_HASH "0", "a:zz" ABC_HASH, "a " ABC_HASH,
    };
    assert_open_fails(file);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        write_text(file, texts[i], 0600);
        assert_open_fails(file);
    }
    write_text(file, "a:" ABC_HASH "\n", 0620);
    assert_open_fails(file);
    write_text(file, "a:" ABC_HASH "\n", 0602);
    assert_open_fails(file);
    assert_add_fails(file, "b");
}

static gpointer add_one(gpointer data)
{
    const TokenFile *file = data;
    static gint number;
    g_autofree char *name = g_strdup_printf("t%d", g_atomic_int_add(&number, 1));
    return add(file, name);
}

static void test_tokens_added_at_the_same_time_are_all_kept(TokenFile *file, gconstpointer data)
{
    (void)data;
    GThread *threads[8];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("adder", add_one, file);
    char *added[G_N_ELEMENTS(threads)];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        added[i] = g_thread_join(threads[i]);
    g_autoptr(Tokens) tokens = open_tokens(file);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autofree char *name = tokens_check(tokens, added[i]);
        g_assert_nonnull(name);
        g_free(added[i]);
    }
}

#define ADD(path, function) g_test_add("/tokens/" path, TokenFile, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("added-token-is-good", test_an_added_token_is_good_and_no_other);
    ADD("hashes-only-and-private", test_the_file_has_hashes_only_and_is_private);
    ADD("what-is-there-stays", test_what_the_file_says_already_stays);
    ADD("upper-case-hashes", test_upper_case_hashes_are_taken);
    ADD("names", test_names_are_checked_and_unique);
    ADD("changed-file-is-taken-up", test_a_changed_file_is_taken_up);
    ADD("bad-file-lets-nobody-in", test_a_file_that_goes_bad_lets_nobody_in);
    ADD("untrusted-files-are-refused", test_files_that_cannot_be_trusted_are_refused);
    ADD("added-at-the-same-time", test_tokens_added_at_the_same_time_are_all_kept);
    return g_test_run();
}
