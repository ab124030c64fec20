// SPDX-License-Identifier: GPL-3.0-or-later
// Whole-file writes and reads, and removal, in a temporary folder.
#include "common/files.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *folder;
} Place;

static void place_make(Place *place, gconstpointer data)
{
    (void)data;
    place->folder = g_dir_make_tmp("sevend-files-XXXXXX", NULL);
    g_assert_nonnull(place->folder);
}

static void place_remove(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_remove(place->folder, &error);
    g_assert_no_error(error);
    g_assert_false(g_file_test(place->folder, G_FILE_TEST_EXISTS));
    g_free(place->folder);
}

static guint count_entries(const char *folder)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(entries) != NULL)
        count++;
    return count;
}

static void test_write_replaces_and_sets_the_mode(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(place->folder, "a", NULL);
    file_write_atomic(path, "first, longer", 13, 0644, &error);
    g_assert_no_error(error);
    file_write_atomic(path, "sec\0nd", 6, 0600, &error);
    g_assert_no_error(error);
    struct stat info;
    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 07777, ==, 0600);
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(file_read(path, 6, &bytes, &length, &error));
    g_assert_cmpmem(bytes, length, "sec\0nd", 6);
    g_assert_cmpint(bytes[6], ==, '\0');
    g_assert_cmpuint(count_entries(place->folder), ==, 1);
}

static void test_failed_write_leaves_nothing(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *occupied = g_build_filename(place->folder, "folder", NULL);
    g_autofree char *inside = g_build_filename(occupied, "x", NULL);
    g_assert_true(folder_make(inside, 0700, NULL));
    g_assert_false(file_write_atomic(occupied, "x", 1, 0600, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, occupied));
    g_assert_cmpuint(count_entries(place->folder), ==, 1);
    g_assert_true(g_file_test(inside, G_FILE_TEST_IS_DIR));
}

static void test_read_refuses_what_is_too_large(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(place->folder, "a", NULL);
    g_assert_true(file_write_atomic(path, "1234567", 7, 0600, NULL));
    char *bytes = NULL;
    gsize length = 99;
    g_assert_false(file_read(path, 6, &bytes, &length, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
    g_assert_null(bytes);
    g_assert_cmpuint(length, ==, 99);
}

static void test_read_refuses_what_is_no_file(Place *place, gconstpointer data)
{
    (void)data;
    g_autofree char *fifo = g_build_filename(place->folder, "fifo", NULL);
    g_autofree char *absent = g_build_filename(place->folder, "absent", NULL);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    const struct {
        const char *path;
        int code;
    } cases[] = { { fifo, G_IO_ERROR_NOT_REGULAR_FILE },
                  { place->folder, G_IO_ERROR_NOT_REGULAR_FILE },
                  { absent, G_IO_ERROR_NOT_FOUND } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        char *bytes;
        gsize length;
        g_assert_false(file_read(cases[i].path, 100, &bytes, &length, &error));
        g_assert_error(error, G_IO_ERROR, cases[i].code);
    }
}

static void test_read_follows_files_that_say_size_zero(Place *place, gconstpointer data)
{
    (void)place;
    (void)data;
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(file_read("/proc/self/status", 1 << 20, &bytes, &length, NULL));
    g_assert_cmpuint(length, >, 100);
    g_assert_cmpuint(strlen(bytes), ==, length);
}

static void test_removing_what_is_not_there_succeeds(Place *place, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(place->folder, "absent", NULL);
    g_assert_true(file_remove(path, NULL));
    g_assert_true(tree_remove(path, NULL));
    g_assert_true(file_write_atomic(path, "", 0, 0600, NULL));
    g_assert_true(file_remove(path, NULL));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_removing_a_tree_does_not_follow_links(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *kept = g_build_filename(place->folder, "kept", NULL);
    g_autofree char *kept_file = g_build_filename(kept, "file", NULL);
    g_autofree char *tree = g_build_filename(place->folder, "tree", NULL);
    g_autofree char *deep = g_build_filename(tree, "a", "b", "c", NULL);
    g_autofree char *link = g_build_filename(deep, "link", NULL);
    g_autofree char *top_link = g_build_filename(place->folder, "top-link", NULL);
    g_assert_true(folder_make(kept, 0700, NULL));
    g_assert_true(file_write_atomic(kept_file, "x", 1, 0600, NULL));
    g_assert_true(folder_make(deep, 0700, NULL));
    g_assert_cmpint(symlink(kept, link), ==, 0);
    g_assert_cmpint(symlink(kept, top_link), ==, 0);
    tree_remove(tree, &error);
    g_assert_no_error(error);
    tree_remove(top_link, &error);
    g_assert_no_error(error);
    g_assert_false(g_file_test(tree, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(kept_file, G_FILE_TEST_IS_REGULAR));
    g_assert_cmpuint(count_entries(place->folder), ==, 1);
}

static void test_folders_get_their_mode_and_stay(Place *place, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(place->folder, "a", "b", NULL);
    g_autofree char *file = g_build_filename(place->folder, "file", NULL);
    g_autofree char *below_file = g_build_filename(file, "x", NULL);
    mode_t before = umask(077);
    g_assert_true(folder_make(path, 0755, NULL));
    umask(before);
    struct stat info;
    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 07777, ==, 0755);
    g_assert_true(folder_make(path, 0700, NULL));
    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 07777, ==, 0755);
    g_assert_true(file_write_atomic(file, "", 0, 0600, NULL));
    g_assert_false(folder_make(below_file, 0700, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
}

#define ADD(name, function) g_test_add("/files/" name, Place, NULL, place_make, function, place_remove)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("write-replaces-and-sets-the-mode", test_write_replaces_and_sets_the_mode);
    ADD("failed-write-leaves-nothing", test_failed_write_leaves_nothing);
    ADD("read-refuses-what-is-too-large", test_read_refuses_what_is_too_large);
    ADD("read-refuses-what-is-no-file", test_read_refuses_what_is_no_file);
    ADD("read-follows-files-that-say-size-zero", test_read_follows_files_that_say_size_zero);
    ADD("removing-what-is-not-there-succeeds", test_removing_what_is_not_there_succeeds);
    ADD("removing-a-tree-does-not-follow-links", test_removing_a_tree_does_not_follow_links);
    ADD("folders-get-their-mode-and-stay", test_folders_get_their_mode_and_stay);
    return g_test_run();
}
