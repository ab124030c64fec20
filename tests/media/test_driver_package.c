// SPDX-License-Identifier: GPL-3.0-or-later
// Driver packages on the host: what is found in them, what is refused, and that copies are exact and
// reproducible.
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver_package.h"
#include "fixed_time.h"
#include "media_error.h"
#include "scratch.h"

#define GOOD_INF                                                                                             \
    "[Version]\nSignature=\"$Windows "                                                                       \
    "NT$\"\nClass=SCSIAdapter\n[Manufacturer]\nm=M,NTamd64\n[M.NTamd64]\nd=I\n"

typedef struct {
    char *folder;
    char *package;
} Fixture;

static void put(const Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->package, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->folder = g_dir_make_tmp("sevend-media-XXXXXX", NULL);
    fixture->package = g_build_filename(fixture->folder, "package", NULL);
    put(fixture, "a.inf", GOOD_INF);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    scratch_tree_remove(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->package);
}

static void assert_refused(const Fixture *fixture, MediaError code, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DriverPackage) package = driver_package_read(fixture->package, NULL, &error);

    g_assert_null(package);
    g_assert_error(error, MEDIA_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, text));
}

static void test_finds_infs(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "sub/B.INF", GOOD_INF);
    put(fixture, "sub/b.sys", "12345");
    put(fixture, "autorun.inf", "[autorun]\nopen=x.exe\n");
    put(fixture, "readme.info", "no INF");
    g_autoptr(DriverPackage) package = driver_package_read(fixture->package, NULL, NULL);

    g_assert_nonnull(package);
    g_assert_cmpuint(package->infs->len, ==, 2);
    g_assert_cmpstr(((DriverInf *)g_ptr_array_index(package->infs, 0))->path, ==, "a.inf");
    g_assert_cmpstr(((DriverInf *)g_ptr_array_index(package->infs, 1))->path, ==, "sub/B.INF");
    g_assert_cmpuint(package->file_count, ==, 5);
    g_assert_cmpuint(package->bytes, ==, 2 * strlen(GOOD_INF) + 5 + 21 + 6);
}

static void test_no_inf(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->package, "a.inf", NULL);

    (void)data;
    g_unlink(path);
    assert_refused(fixture, MEDIA_ERROR_NO_INF, "no INF");
}

static void test_bad_inf(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "sub/bad.inf", "[Version]\nSignature=x\n");
    assert_refused(fixture, MEDIA_ERROR_BAD_INF, "sub/bad.inf: line 2");
}

static void test_symlink(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->package, "b.sys", NULL);

    (void)data;
    g_assert_cmpint(symlink("/etc/passwd", path), ==, 0);
    assert_refused(fixture, MEDIA_ERROR_BAD_PACKAGE, "b.sys is a symbolic link");
}

static void test_fifo(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->package, "b.sys", NULL);

    (void)data;
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    assert_refused(fixture, MEDIA_ERROR_BAD_PACKAGE, "special file");
}

static void test_names_differ_in_case(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "sub/File.sys", "1");
    put(fixture, "sub/file.SYS", "2");
    assert_refused(fixture, MEDIA_ERROR_BAD_PACKAGE, "differ only in case");
}

static void test_bad_names(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "b:c.sys", "1");
    assert_refused(fixture, MEDIA_ERROR_BAD_PACKAGE, "Windows does not allow");
}

static void test_too_deep(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "1/2/3/4/5/6/7/8/x.sys", "1");
    assert_refused(fixture, MEDIA_ERROR_TOO_LARGE, "too deep");
}

static void test_too_long(Fixture *fixture, gconstpointer data)
{
    g_autofree char *part = g_strnfill(60, 'a');
    g_autofree char *path = g_strjoin("/", part, part, part, part, NULL);

    (void)data;
    put(fixture, path, "1");
    assert_refused(fixture, MEDIA_ERROR_BAD_PACKAGE, "too long a path");
}

static void test_too_large(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->package, "b.sys", NULL);

    (void)data;
    put(fixture, "b.sys", "");
    g_assert_cmpint(truncate(path, (off_t)DRIVER_PACKAGE_MAX_BYTES), ==, 0); // sparse
    assert_refused(fixture, MEDIA_ERROR_TOO_LARGE, "too large");
}

static void test_inf_too_large(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->package, "a.inf", NULL);

    (void)data;
    g_assert_cmpint(truncate(path, DRIVER_PACKAGE_MAX_INF_BYTES + 1), ==, 0);
    assert_refused(fixture, MEDIA_ERROR_TOO_LARGE, "a.inf is too large for an INF");
}

static void test_missing(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    (void)fixture;
    g_assert_null(driver_package_read("/nonexistent/package", NULL, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_FOUND);
}

static void test_copy(Fixture *fixture, gconstpointer data)
{
    g_autofree char *copy = g_build_filename(fixture->folder, "copy", NULL);
    g_autofree char *copied = g_build_filename(copy, "sub/b.sys", NULL);
    g_autofree char *sub = g_build_filename(copy, "sub", NULL);
    g_autofree char *content = NULL;
    struct stat status;

    (void)data;
    put(fixture, "sub/b.sys", "12345");
    g_autoptr(DriverPackage) package = driver_package_read(fixture->package, copy, NULL);
    g_assert_nonnull(package);
    g_assert_cmpint(stat(copied, &status), ==, 0); // before reading it: that changes the time of access
    g_assert_cmpint(status.st_mtime, ==, FIXED_TIME);
    g_assert_cmpint(status.st_atime, ==, FIXED_TIME);
    g_assert_cmpint(stat(sub, &status), ==, 0);
    g_assert_cmpint(status.st_mtime, ==, FIXED_TIME);
    g_assert_true(g_file_get_contents(copied, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "12345");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        { "/package/infs-are-found-in-folders", test_finds_infs },
        { "/package/copy-is-exact-with-fixed-times", test_copy },
        { "/package/refused/no-inf", test_no_inf },
        { "/package/refused/broken-inf-by-file-and-line", test_bad_inf },
        { "/package/refused/symbolic-link", test_symlink },
        { "/package/refused/fifo", test_fifo },
        { "/package/refused/names-that-differ-in-case", test_names_differ_in_case },
        { "/package/refused/name-that-windows-rejects", test_bad_names },
        { "/package/refused/too-deep", test_too_deep },
        { "/package/refused/path-too-long", test_too_long },
        { "/package/refused/too-many-bytes", test_too_large },
        { "/package/refused/inf-too-large", test_inf_too_large },
        { "/package/refused/missing-folder", test_missing },
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
