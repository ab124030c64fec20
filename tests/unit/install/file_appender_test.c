// SPDX-License-Identifier: GPL-3.0-or-later
// What is appended stands in the file, wherever it begins and however it comes; what cannot be written is
// told.
#include "daemon/library/file_appender.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// Not of the temporary folder, which may be in memory: there nothing is written directly.
static int open_file(const char *folder, char **ret_path)
{
    *ret_path = g_build_filename(folder, "file-appender.XXXXXX", NULL);
    const int fd = g_mkstemp_full(*ret_path, O_RDWR, 0600);
    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static char *make_bytes(gsize length)
{
    char *bytes = g_malloc(length + 1);
    for (gsize i = 0; i < length; i++)
        bytes[i] = (char)(i * 31 + i / 4096);
    return bytes;
}

// @length bytes in pieces of @piece, the file being @offset long before.
static void check_append(const char *folder, gsize offset, gsize length, gsize piece)
{
    g_autofree char *path = NULL, *found = NULL, *bytes = make_bytes(offset + length);
    gsize size = 0;
    const int fd = open_file(folder, &path);
    g_assert_cmpint(write(fd, bytes, offset), ==, (gssize)offset);
    FileAppender *appender = file_appender_new(fd, offset);
    for (gsize done = offset; done < offset + length; done += piece)
        g_assert_cmpint(file_appender_write(appender, bytes + done, MIN(piece, offset + length - done)), ==,
                        0);
    g_assert_cmpint(file_appender_flush(appender), ==, 0);
    file_appender_free(appender);
    close(fd);
    g_assert_true(g_file_get_contents(path, &found, &size, NULL));
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpuint(size, ==, offset + length);
    g_assert_true(memcmp(found, bytes, size) == 0);
}

static void every_beginning_and_piece(gconstpointer folder)
{
    static const gsize offsets[] = { 0, 1, 4095, 4096, 6000, FILE_APPENDER_BUFFER_BYTES };
    static const gsize lengths[] = { 0,
                                     1,
                                     4096,
                                     FILE_APPENDER_BUFFER_BYTES - 1,
                                     FILE_APPENDER_BUFFER_BYTES,
                                     FILE_APPENDER_BUFFER_BYTES + 1,
                                     5 * FILE_APPENDER_BUFFER_BYTES + 77 };
    static const gsize pieces[] = { 32 * 1024, 100001, 3 * FILE_APPENDER_BUFFER_BYTES };
    for (gsize i = 0; i < G_N_ELEMENTS(offsets); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(lengths); k++)
            for (gsize m = 0; m < G_N_ELEMENTS(pieces); m++)
                check_append(folder, offsets[i], lengths[k], pieces[m]);
}

// Flushed in the middle, it goes on where it was.
static void goes_on_after_a_flush(gconstpointer folder)
{
    const gsize part = FILE_APPENDER_BUFFER_BYTES / 2 + 5;
    g_autofree char *path = NULL, *found = NULL, *bytes = make_bytes(6 * part);
    gsize size = 0;
    const int fd = open_file(folder, &path);
    FileAppender *appender = file_appender_new(fd, 0);
    for (int i = 0; i < 6; i++) {
        g_assert_cmpint(file_appender_write(appender, bytes + (gsize)i * part, part), ==, 0);
        g_assert_cmpint(file_appender_flush(appender), ==, 0);
        g_assert_cmpint(lseek(fd, 0, SEEK_END), ==, (off_t)((gsize)(i + 1) * part));
    }
    file_appender_free(appender);
    close(fd);
    g_assert_true(g_file_get_contents(path, &found, &size, NULL));
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpmem(found, size, bytes, 6 * part);
}

static void a_full_disk(void)
{
    g_autofree char *bytes = make_bytes(FILE_APPENDER_BUFFER_BYTES);
    const int fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    FileAppender *appender = file_appender_new(fd, 0);
    // Told at the latest at the flush, and never waited for in vain, however much follows.
    for (int i = 0; i < 20; i++)
        file_appender_write(appender, bytes, FILE_APPENDER_BUFFER_BYTES);
    g_assert_cmpint(file_appender_flush(appender), ==, ENOSPC);
    g_assert_cmpint(file_appender_write(appender, bytes, 1), ==, ENOSPC);
    file_appender_free(appender);
    close(fd);
}

static void freed_with_full_buffers(gconstpointer folder)
{
    g_autofree char *path = NULL, *bytes = make_bytes(FILE_APPENDER_BUFFER_BYTES);
    const int fd = open_file(folder, &path);
    FileAppender *appender = file_appender_new(fd, 0);
    g_assert_cmpint(file_appender_write(appender, bytes, FILE_APPENDER_BUFFER_BYTES), ==, 0);
    g_assert_cmpint(file_appender_write(appender, bytes, 1000), ==, 0);
    file_appender_free(appender);
    g_assert_cmpint(unlink(path), ==, 0);
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *here = g_get_current_dir();
    g_test_add_data_func("/file-appender/every-beginning-and-piece", here, every_beginning_and_piece);
    g_test_add_data_func("/file-appender/every-beginning-and-piece-in-memory", "/dev/shm",
                         every_beginning_and_piece);
    g_test_add_data_func("/file-appender/goes-on-after-a-flush", here, goes_on_after_a_flush);
    g_test_add_func("/file-appender/a-full-disk", a_full_disk);
    g_test_add_data_func("/file-appender/freed-with-full-buffers", here, freed_with_full_buffers);
    return g_test_run();
}
