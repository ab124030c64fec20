// SPDX-License-Identifier: GPL-3.0-or-later
// Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED, unix(7)), and whether that user
// may talk to the daemon: root, the daemon's own user, and members of one group.
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

#define NO_GROUP ((gid_t)-1)

typedef struct {
    pid_t pid;
    uid_t uid;
    gid_t gid;
} PeerCredentials;

// As of the time of connect(). FALSE: sets @error (G_IO_ERROR).
gboolean peer_credentials_read(int fd, PeerCredentials *ret_peer, GError **error);

// @group: members may too; NO_GROUP: nobody else may. A member is whoever runs with that group now, as its
// group or a supplementary one, or whom the user database lists for it. May ask the name service, so may
// block.
gboolean peer_is_allowed(int fd, const PeerCredentials *peer, gid_t group);
