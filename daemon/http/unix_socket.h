// SPDX-License-Identifier: GPL-3.0-or-later
// The listening Unix socket as a file: its lock, its mode and group, its removal. Accepting is
// libmicrohttpd's.
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct UnixSocket UnixSocket;

// Makes the folder (0755) if need be, takes PATH.lock, replaces a socket on which nobody answers, and listens
// at
// @path with mode 0660 and group @group ("" or NULL: as it comes). HTTP_ERROR_SOCKET if another daemon is
// there or @path is something else than a socket.
UnixSocket *unix_socket_open(const char *path, const char *group, GError **error);
// The listening descriptor; still belongs to the socket.
int unix_socket_fd(const UnixSocket *socket);
// The group that may talk to it; NO_GROUP (peer_credentials.h) if none.
gid_t unix_socket_group(const UnixSocket *socket);
// Removes the file, so that nobody finds it any more. The descriptor stays.
void unix_socket_remove(UnixSocket *socket);
// Removes the file, closes the descriptor and frees the lock.
void unix_socket_close(UnixSocket *socket);
