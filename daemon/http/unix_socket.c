// SPDX-License-Identifier: GPL-3.0-or-later
// bind() without a race on the mode, and without taking a living daemon's socket away.
#include "daemon/http/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/files.h"
#include "daemon/http/peer_credentials.h"
#include "daemon/http/server.h"

struct UnixSocket {
    char *path;
    char *lock_path;
    int lock;
    int fd;
    gid_t group;
    gboolean bound;
};

static gboolean fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_SOCKET, "%s: %s", path, what);
    return FALSE;
}

static gboolean fail_errno(GError **error, const char *path)
{
    return fail(error, path, g_strerror(errno));
}

// The file is removed at the end, so the one that was locked may not be the one that is there: look again.
static gboolean take_lock(UnixSocket *socket, GError **error)
{
    for (;;) {
        int fd = open(socket->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return fail_errno(error, socket->lock_path);
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            int failure = errno;
            close(fd);
            return fail(error, socket->path,
                        failure == EWOULDBLOCK ? "another daemon uses this socket" : g_strerror(failure));
        }
        struct stat locked, there;
        if (fstat(fd, &locked) == 0 && stat(socket->lock_path, &there) == 0 &&
            locked.st_ino == there.st_ino && locked.st_dev == there.st_dev) {
            socket->lock = fd;
            return TRUE;
        }
        close(fd);
    }
}

static gboolean fill_address(const char *path, struct sockaddr_un *ret_address, GError **error)
{
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof ret_address->sun_path)
        return fail(error, path, "too long for a socket (107 bytes at most)");
    memcpy(ret_address->sun_path, path, strlen(path));
    return TRUE;
}

// TRUE if nothing is at the path, afterwards.
static gboolean remove_stale(const char *path, const struct sockaddr_un *address, GError **error)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? TRUE : fail_errno(error, path);
    if (!S_ISSOCK(status.st_mode))
        return fail(error, path, "exists and is not a socket");
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return fail_errno(error, path);
    int result = connect(probe, (const struct sockaddr *)address, sizeof *address);
    int failure = errno;
    close(probe);
    // EAGAIN: its queue is full, so somebody listens.
    if (result == 0 || failure == EAGAIN)
        return fail(error, path, "somebody answers on this socket");
    if (failure != ECONNREFUSED)
        return fail(error, path, g_strerror(failure));
    return unlink(path) == 0 || errno == ENOENT ? TRUE : fail_errno(error, path);
}

static gid_t find_group(const char *name)
{
    if (name == NULL || name[0] == '\0')
        return NO_GROUP;
    struct group entry, *found = NULL;
    g_autofree char *buffer = g_malloc(65536);
    if (getgrnam_r(name, &entry, buffer, 65536, &found) == 0 && found != NULL)
        return found->gr_gid;
    g_warning("there is no group \"%s\": the socket serves root and the daemon's user only", name);
    return NO_GROUP;
}

// Nobody can connect before listen(), so the mode and the group are right for the first client. The mode that
// fchmod() gives to an unbound socket is the one that bind() makes the file with (unix(7) has it from the
// umask only, which is the whole process's; the kernel takes both: unix_bind_bsd()).
static gboolean bind_and_listen(UnixSocket *unix_socket, const struct sockaddr_un *address, GError **error)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_errno(error, unix_socket->path);
    unix_socket->fd = fd;
    if (fchmod(fd, 0600) < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) < 0)
        return fail_errno(error, unix_socket->path);
    unix_socket->bound = TRUE;
    if (unix_socket->group != NO_GROUP && lchown(unix_socket->path, (uid_t)-1, unix_socket->group) < 0)
        g_warning("%s: cannot give the socket to its group, ignoring: %s", unix_socket->path,
                  g_strerror(errno));
    if (chmod(unix_socket->path, 0660) < 0 || listen(fd, SOMAXCONN) < 0)
        return fail_errno(error, unix_socket->path);
    return TRUE;
}

static gboolean open_all(UnixSocket *socket, GError **error)
{
    struct sockaddr_un address;
    if (!fill_address(socket->path, &address, error))
        return FALSE;
    g_autofree char *folder = g_path_get_dirname(socket->path);
    g_autoptr(GError) inner = NULL;
    if (!folder_make(folder, 0755, &inner))
        return fail(error, socket->path, inner->message);
    return take_lock(socket, error) && remove_stale(socket->path, &address, error) &&
           bind_and_listen(socket, &address, error);
}

UnixSocket *unix_socket_open(const char *path, const char *group, GError **error)
{
    UnixSocket *socket = g_new0(UnixSocket, 1);
    socket->path = g_strdup(path);
    socket->lock_path = g_strconcat(path, ".lock", NULL);
    socket->lock = socket->fd = -1;
    socket->group = find_group(group);
    if (open_all(socket, error))
        return socket;
    unix_socket_close(socket);
    return NULL;
}

int unix_socket_fd(const UnixSocket *socket)
{
    return socket->fd;
}

gid_t unix_socket_group(const UnixSocket *socket)
{
    return socket->group;
}

void unix_socket_remove(UnixSocket *socket)
{
    if (socket->bound && unlink(socket->path) < 0 && errno != ENOENT)
        g_warning("%s: %s, ignoring", socket->path, g_strerror(errno));
    socket->bound = FALSE;
}

void unix_socket_close(UnixSocket *socket)
{
    if (socket == NULL)
        return;
    unix_socket_remove(socket);
    if (socket->fd >= 0)
        close(socket->fd);
    if (socket->lock >= 0) {
        unlink(socket->lock_path);
        close(socket->lock);
    }
    g_free(socket->lock_path);
    g_free(socket->path);
    g_free(socket);
}
