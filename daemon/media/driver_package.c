// SPDX-License-Identifier: GPL-3.0-or-later
// Walks a package's folder by descriptors, never following a link, in the order of names so that the result
// does not depend on the host's file system.
#include "driver_package.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "byte_source.h"
#include "cancel.h"
#include "disc_name.h"
#include "fixed_time.h"
#include "media_error.h"

typedef struct {
    DriverPackage *package;
    const char *name; // the package's folder, for error texts
    char *relative;   // the path below it of what is looked at, for error texts
} Walk;

static gboolean walk_directory(Walk *walk, int from, int to, guint depth, GError **error);

static gboolean refuse(const Walk *walk, MediaError code, const char *reason, GError **error)
{
    g_set_error(error, MEDIA_ERROR, code, "driver package %s: %s %s", walk->name, walk->relative, reason);
    return FALSE;
}

static void set_fixed_time(int fd)
{
    struct timespec times[2] = { { .tv_sec = FIXED_TIME }, { .tv_sec = FIXED_TIME } };

    futimens(fd, times);
}

static gboolean read_inf(Walk *walk, ByteSource *file, GError **error)
{
    g_autofree char *base = g_path_get_basename(walk->relative);
    const char *dot = strrchr(base, '.');

    if (dot == NULL || g_ascii_strcasecmp(dot, ".inf") != 0)
        return TRUE;
    if (g_ascii_strcasecmp(base, "autorun.inf") == 0) // of a CD; no driver
        return TRUE;
    if (file->size > DRIVER_PACKAGE_MAX_INF_BYTES)
        return refuse(walk, MEDIA_ERROR_TOO_LARGE, "is too large for an INF", error);
    g_autoptr(GBytes) bytes = byte_source_load(file, DRIVER_PACKAGE_MAX_INF_BYTES, error);
    if (bytes == NULL)
        return FALSE;
    g_autoptr(InfFile) inf = inf_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), error);
    if (inf == NULL) {
        g_prefix_error(error, "driver package %s: %s: ", walk->name, walk->relative);
        return FALSE;
    }
    DriverInf *driver = inf_driver_read(g_steal_pointer(&inf), walk->relative, error);
    if (driver == NULL) {
        g_prefix_error(error, "driver package %s: ", walk->name);
        return FALSE;
    }
    g_ptr_array_add(walk->package->infs, driver);
    return TRUE;
}

static gboolean copy_file(Walk *walk, ByteSource *file, int to, const char *name, GError **error)
{
    int fd = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        media_error_set_errno(error, errno, "cannot copy %s of driver package %s", walk->relative,
                              walk->name);
        return FALSE;
    }
    gboolean copied = byte_source_copy_range(file, 0, file->size, fd, walk->relative, error);
    set_fixed_time(fd);
    close(fd);
    return copied;
}

static gboolean visit_file(Walk *walk, int from, int to, const char *name, GError **error)
{
    int fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        media_error_set_errno(error, errno, "cannot open %s of driver package %s", walk->relative,
                              walk->name);
        return FALSE;
    }
    g_autoptr(ByteSource) file = byte_source_from_fd(fd, walk->relative, error);
    if (file == NULL)
        return FALSE;
    walk->package->file_count++;
    walk->package->bytes += file->size;
    g_ptr_array_add(walk->package->paths, g_strdup(walk->relative));
    if (walk->package->file_count > DRIVER_PACKAGE_MAX_FILES)
        return refuse(walk, MEDIA_ERROR_TOO_LARGE, "is one file too many", error);
    if (walk->package->bytes > DRIVER_PACKAGE_MAX_BYTES)
        return refuse(walk, MEDIA_ERROR_TOO_LARGE, "makes the package too large", error);
    return read_inf(walk, file, error) && (to < 0 || copy_file(walk, file, to, name, error));
}

static gboolean visit_directory(Walk *walk, int from, int to, const char *name, guint depth, GError **error)
{
    int below = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int copy = -1;

    if (below < 0) {
        media_error_set_errno(error, errno, "cannot open %s of driver package %s", walk->relative,
                              walk->name);
        return FALSE;
    }
    if (to >= 0) {
        if (mkdirat(to, name, 0700) < 0 ||
            (copy = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
            media_error_set_errno(error, errno, "cannot copy %s of driver package %s", walk->relative,
                                  walk->name);
            close(below);
            return FALSE;
        }
    }
    gboolean walked = walk_directory(walk, below, copy, depth + 1, error);
    if (copy >= 0) {
        set_fixed_time(copy); // after its files: they change it
        close(copy);
    }
    return walked;
}

static gboolean visit(Walk *walk, int from, int to, const char *name, guint depth, GError **error)
{
    g_autofree char *parent = walk->relative;
    const char *problem = disc_name_problem(name);
    struct stat status;
    gboolean visited = FALSE;

    walk->relative = parent[0] == '\0' ? g_strdup(name) : g_strconcat(parent, "/", name, NULL);
    if (problem != NULL)
        refuse(walk, MEDIA_ERROR_BAD_PACKAGE, problem, error);
    else if (g_utf8_strlen(walk->relative, -1) > DRIVER_PACKAGE_MAX_PATH)
        refuse(walk, MEDIA_ERROR_BAD_PACKAGE, "has too long a path", error);
    else if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        media_error_set_errno(error, errno, "cannot examine %s of driver package %s", walk->relative,
                              walk->name);
    else if (S_ISREG(status.st_mode))
        visited = visit_file(walk, from, to, name, error);
    else if (S_ISDIR(status.st_mode) && depth >= DRIVER_PACKAGE_MAX_DEPTH)
        refuse(walk, MEDIA_ERROR_TOO_LARGE, "lies too deep", error);
    else if (S_ISDIR(status.st_mode))
        visited = visit_directory(walk, from, to, name, depth, error);
    else
        refuse(walk, MEDIA_ERROR_BAD_PACKAGE, "is a symbolic link or special file", error);

    g_free(walk->relative);
    walk->relative = g_steal_pointer(&parent);
    return visited;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The names in a directory, sorted; two that differ only in case are one file to Windows and are refused.
// Closes `directory`.
static GPtrArray *sorted_names(Walk *walk, int directory, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    DIR *stream = fdopendir(directory);
    const struct dirent *entry = NULL;

    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        if (g_str_equal(entry->d_name, ".") || g_str_equal(entry->d_name, ".."))
            continue;
        g_ptr_array_add(names, g_strdup(entry->d_name));
        if (names->len > DRIVER_PACKAGE_MAX_FILES) {
            refuse(walk, MEDIA_ERROR_TOO_LARGE, "holds too many files", error);
            goto failed;
        }
        if (g_utf8_validate(entry->d_name, -1, NULL) &&
            !g_hash_table_add(folded, disc_name_fold(entry->d_name))) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_PACKAGE,
                        "driver package %s: two names differ only in case: %s", walk->name, entry->d_name);
            goto failed;
        }
    }
    closedir(stream);
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);

failed:
    closedir(stream);
    return NULL;
}

// Closes `from`; `to` is -1 where nothing is copied.
static gboolean walk_directory(Walk *walk, int from, int to, guint depth, GError **error)
{
    int list = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GPtrArray) names = NULL;
    gboolean walked = FALSE;

    if (list < 0)
        media_error_set_errno(error, errno, "cannot read driver package %s", walk->name);
    else
        names = sorted_names(walk, list, error);
    if (names != NULL) {
        walked = TRUE;
        for (guint i = 0; i < names->len && walked; i++)
            walked = cancel_check(error) && visit(walk, from, to, g_ptr_array_index(names, i), depth, error);
    }
    close(from);
    return walked;
}

static int make_copy_directory(const char *copy_to, GError **error)
{
    int fd = -1;

    if (mkdir(copy_to, 0700) < 0 || (fd = open(copy_to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        media_error_set_errno(error, errno, "cannot create %s", copy_to);
    return fd;
}

DriverPackage *driver_package_read(const char *directory, const char *copy_to, GError **error)
{
    g_autoptr(DriverPackage) package = g_new0(DriverPackage, 1);
    Walk walk = { .package = package, .name = directory, .relative = g_strdup("") };
    int to = -1;

    package->infs = g_ptr_array_new_with_free_func((GDestroyNotify)inf_driver_free);
    package->paths = g_ptr_array_new_with_free_func(g_free);
    int from = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean walked = FALSE;
    if (from < 0) {
        media_error_set_errno(error, errno, "cannot open driver package %s", directory);
    } else if (copy_to != NULL && (to = make_copy_directory(copy_to, error)) < 0) {
        close(from);
    } else {
        walked = walk_directory(&walk, from, to, 1, error);
    }
    if (to >= 0) {
        set_fixed_time(to);
        close(to);
    }
    g_free(walk.relative);
    if (!walked)
        return NULL;
    if (package->infs->len == 0) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NO_INF, "driver package %s: holds no INF file",
                    directory);
        return NULL;
    }
    return g_steal_pointer(&package);
}

void driver_package_free(DriverPackage *package)
{
    if (package == NULL)
        return;
    g_ptr_array_unref(package->infs);
    g_ptr_array_unref(package->paths);
    g_free(package);
}
