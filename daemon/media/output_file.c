// SPDX-License-Identifier: GPL-3.0-or-later
// Atomic output with its hash taken on the way.
#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "media_error.h"

// Written data are handed to the disk in steps of this size, so that the final flush has little left to wait
// for.
#define WRITEBACK_STEP (8ull * 1024 * 1024)

struct OutputFile {
    char *path;
    char *partial;
    int fd;
    guint64 size;
    guint64 handed_over;
    gboolean committed;
    gboolean may_be_lost;
    Digest *digest;
};

OutputFile *output_file_new(const char *path, mode_t mode, DigestKind digest, GError **error)
{
    g_autoptr(OutputFile) file = g_new0(OutputFile, 1);

    file->fd = -1;
    file->path = g_strdup(path);
    file->partial = g_strdup_printf("%s.partial-%d", path, (int)getpid());
    unlink(file->partial); // left by a process of the same number that was killed
    file->fd = open(file->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file->fd < 0 || fchmod(file->fd, mode) < 0) {
        media_error_set_errno(error, errno, "cannot create %s", file->partial);
        return NULL;
    }
    file->digest = digest_new(digest, error);
    return file->digest == NULL ? NULL : g_steal_pointer(&file);
}

gboolean output_file_reserve(OutputFile *file, guint64 size, GError **error)
{
    if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0 || (errno != ENOSPC && errno != EFBIG))
        return TRUE; // not every file system can; then writing finds out
    media_error_set_errno(error, errno, "cannot reserve %" G_GUINT64_FORMAT " bytes for %s", size,
                          file->path);
    return FALSE;
}

void output_file_may_be_lost(OutputFile *file)
{
    file->may_be_lost = TRUE;
}

gboolean output_file_write(OutputFile *file, const void *data, gsize length, GError **error)
{
    const guint8 *rest = data;

    digest_update(file->digest, data, length);
    while (length > 0) {
        ssize_t written = write(file->fd, rest, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            media_error_set_errno(error, errno, "cannot write %s", file->path);
            return FALSE;
        }
        rest += written;
        length -= (gsize)written;
        file->size += (guint64)written;
    }
    if (!file->may_be_lost && file->size - file->handed_over >= WRITEBACK_STEP) {
        sync_file_range(file->fd, (off_t)file->handed_over, (off_t)(file->size - file->handed_over),
                        SYNC_FILE_RANGE_WRITE);
        file->handed_over = file->size;
    }
    return TRUE;
}

// The name itself must survive a crash as well.
static void sync_directory(const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

gboolean output_file_commit(OutputFile *file, GError **error)
{
    if (!file->may_be_lost && fsync(file->fd) < 0) {
        media_error_set_errno(error, errno, "cannot write %s", file->path);
        return FALSE;
    }
    if (!cancel_check(error)) // the last moment at which a cancelled task can leave nothing
        return FALSE;
    if (rename(file->partial, file->path) < 0) {
        media_error_set_errno(error, errno, "cannot rename %s to %s", file->partial, file->path);
        return FALSE;
    }
    file->committed = TRUE;
    if (!file->may_be_lost)
        sync_directory(file->path);
    return TRUE;
}

const char *output_file_partial_path(const OutputFile *file)
{
    return file->partial;
}

guint64 output_file_size(const OutputFile *file)
{
    return file->size;
}

char *output_file_digest(const OutputFile *file)
{
    return digest_hex(file->digest);
}

void output_file_free(OutputFile *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0) {
        if (!file->committed)
            unlink(file->partial);
        close(file->fd);
    }
    digest_free(file->digest);
    g_free(file->partial);
    g_free(file->path);
    g_free(file);
}
