// SPDX-License-Identifier: GPL-3.0-or-later
// See file_collect.h.
#include "daemon/service/file_collect.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/ids.h"

static gboolean set_errno(GError **error)
{
    const int reason = errno;
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(reason),
                "the file cannot be kept on the host on its way: %s", g_strerror(reason));
    return FALSE;
}

static int open_nameless(const Daemon *daemon, GError **error)
{
    g_autofree char *id = job_id_new();
    g_autofree char *name = g_strconcat(id, ".bin", NULL);
    g_autofree char *path = g_build_filename(daemon->config->state, "files", name, NULL);
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        set_errno(error);
    else
        unlink(path);
    return fd;
}

static gboolean write_piece(int fd, const guint8 *bytes, gsize length, GError **error)
{
    while (length > 0) {
        const ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return set_errno(error);
        bytes += count;
        length -= (gsize)count;
    }
    return TRUE;
}

static gboolean collect(Daemon *daemon, AgentFile *file, int fd, GError **error)
{
    const guint8 *piece = NULL;
    gsize length = 0;
    do {
        if (!agent_file_read(file, &piece, &length, daemon->stopping, error) ||
            !write_piece(fd, piece, length, error))
            return FALSE;
    } while (length > 0);
    return lseek(fd, 0, SEEK_SET) == 0 || set_errno(error);
}

int file_collect(Daemon *daemon, AgentFile *file, GError **error)
{
    const int fd = open_nameless(daemon, error);
    if (fd < 0 || collect(daemon, file, fd, error))
        return fd;
    close(fd);
    return -1;
}
