// SPDX-License-Identifier: GPL-3.0-or-later
// Whole-file reads and writes, and removal. Errors are G_IO_ERROR and name the path. No locking, no copying.
#include "common/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TREE_DEPTH 64

static gboolean fail(GError **error, const char *action, const char *path, int number)
{
    g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(number), "%s %s: %s", action, path,
                g_strerror(number));
    return FALSE;
}

static gboolean write_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return FALSE;
        bytes += count;
        length -= (gsize)count;
    }
    return TRUE;
}

static gboolean sync_folder(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(error, "open folder", path, errno);
    int result = fsync(fd);
    int number = errno;
    close(fd);
    // Some file systems cannot sync a folder and say EINVAL; they order the rename themselves.
    if (result < 0 && number != EINVAL)
        return fail(error, "sync folder", path, number);
    return TRUE;
}

static gboolean write_temporary(int fd, const char *path, const void *bytes, gsize length, mode_t mode,
                                GError **error)
{
    if (fchmod(fd, mode) < 0)
        return fail(error, "set mode of", path, errno);
    if (!write_all(fd, bytes, length))
        return fail(error, "write", path, errno);
    if (fsync(fd) < 0)
        return fail(error, "sync", path, errno);
    return TRUE;
}

gboolean file_write_atomic(const char *path, const void *bytes, gsize length, mode_t mode, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *temporary = g_strdup_printf("%s/.%s.XXXXXX", folder, base);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, "make a temporary file for", path, errno);
    gboolean ok = write_temporary(fd, path, bytes, length, mode, error);
    if (close(fd) < 0 && ok)
        ok = fail(error, "close", path, errno);
    if (ok && rename(temporary, path) < 0)
        ok = fail(error, "rename to", path, errno);
    if (!ok) {
        unlink(temporary);
        return FALSE;
    }
    return sync_folder(folder, error);
}

static gboolean read_all(int fd, const char *path, gsize max_bytes, char **ret_bytes, gsize *ret_length,
                         GError **error)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return fail(error, "look at", path, errno);
    if (!S_ISREG(info.st_mode)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "read %s: not a regular file", path);
        return FALSE;
    }
    gsize capacity = MIN((gsize)info.st_size, max_bytes) + 1;
    g_autofree char *bytes = g_malloc(capacity + 1);
    gsize length = 0;
    for (;;) {
        gssize count = read(fd, bytes + length, capacity - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(error, "read", path, errno);
        if (count == 0)
            break;
        length += (gsize)count;
        if (length > max_bytes) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                        "read %s: larger than %" G_GSIZE_FORMAT " bytes", path, max_bytes);
            return FALSE;
        }
        // The file grew since it was looked at, or says size 0 as those of /proc do.
        if (length == capacity) {
            capacity = MIN(capacity * 2 + 4096, max_bytes + 1);
            bytes = g_realloc(bytes, capacity + 1);
        }
    }
    bytes[length] = '\0';
    *ret_bytes = g_steal_pointer(&bytes);
    *ret_length = length;
    return TRUE;
}

gboolean file_read(const char *path, gsize max_bytes, char **ret_bytes, gsize *ret_length, GError **error)
{
    // O_NONBLOCK: a FIFO must be refused, not waited for.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fail(error, "open", path, errno);
    gboolean ok = read_all(fd, path, max_bytes, ret_bytes, ret_length, error);
    close(fd);
    return ok;
}

gboolean file_remove(const char *path, GError **error)
{
    if (unlink(path) < 0 && errno != ENOENT)
        return fail(error, "remove", path, errno);
    return TRUE;
}

static gboolean remove_entry(int parent, const char *name, dev_t device, int depth, GError **error);

static gboolean remove_entries(DIR *folder, const char *name, dev_t device, int depth, GError **error)
{
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? TRUE : fail(error, "list", name, errno);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!remove_entry(dirfd(folder), entry->d_name, device, depth + 1, error))
            return FALSE;
    }
}

// Goes by folder descriptors, so that a link put in place of a folder meanwhile is removed, not followed.
static gboolean remove_folder(int parent, const char *name, dev_t device, int depth, GError **error)
{
    if (depth > MAX_TREE_DEPTH)
        return fail(error, "remove", name, ELOOP);
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? TRUE : fail(error, "open folder", name, errno);
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int number = errno;
        close(fd);
        return fail(error, "list", name, number);
    }
    struct stat info;
    gboolean ok;
    if (fstat(fd, &info) < 0)
        ok = fail(error, "look at", name, errno);
    else if (info.st_dev != device)
        ok = fail(error, "remove (something is mounted there)", name, EBUSY);
    else
        ok = remove_entries(folder, name, device, depth, error);
    closedir(folder);
    if (ok && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        ok = fail(error, "remove", name, errno);
    return ok;
}

static gboolean remove_entry(int parent, const char *name, dev_t device, int depth, GError **error)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return TRUE;
    if (errno != EISDIR && errno != EPERM) // Linux says EISDIR for a folder, POSIX EPERM
        return fail(error, "remove", name, errno);
    return remove_folder(parent, name, device, depth, error);
}

gboolean tree_remove(const char *path, GError **error)
{
    struct stat info;
    if (lstat(path, &info) < 0)
        return errno == ENOENT ? TRUE : fail(error, "look at", path, errno);
    GError *inner = NULL;
    if (remove_entry(AT_FDCWD, path, info.st_dev, 0, &inner))
        return TRUE;
    g_propagate_prefixed_error(error, inner, "remove tree %s: ", path);
    return FALSE;
}

static gboolean make_one(const char *path, mode_t mode, GError **error)
{
    if (mkdir(path, mode) == 0) {
        // mkdir() takes the umask away from the mode; the caller asked for exactly this one.
        if (chmod(path, mode) < 0)
            return fail(error, "set mode of", path, errno);
        return TRUE;
    }
    int number = errno;
    struct stat info;
    if (number == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return TRUE;
    return fail(error, "make folder", path, number == EEXIST ? ENOTDIR : number);
}

gboolean folder_make(const char *path, mode_t mode, GError **error)
{
    g_autofree char *partial = g_strdup(path);
    for (char *slash = partial + 1; *slash != '\0'; slash++) {
        if (*slash != '/' || slash[-1] == '/')
            continue;
        *slash = '\0';
        if (!make_one(partial, mode, error))
            return FALSE;
        *slash = '/';
    }
    return make_one(partial, mode, error);
}
