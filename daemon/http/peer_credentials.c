// SPDX-License-Identifier: GPL-3.0-or-later
// SO_PEERCRED, SO_PEERGROUPS and the user database.
#include "daemon/http/peer_credentials.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_GROUPS 65536 // NGROUPS_MAX of Linux

gboolean peer_credentials_read(int fd, PeerCredentials *ret_peer, GError **error)
{
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) {
        int failure = errno;
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(failure), "SO_PEERCRED: %s",
                    g_strerror(failure));
        return FALSE;
    }
    *ret_peer = (PeerCredentials){ credentials.pid, credentials.uid, credentials.gid };
    return TRUE;
}

// The supplementary groups that the peer's process had (Linux 4.13 and later; before that: FALSE).
static gboolean process_has_group(int fd, gid_t group)
{
    socklen_t length = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &length) == 0 || errno != ERANGE)
        return FALSE;
    if (length > MAX_GROUPS * sizeof(gid_t))
        return FALSE;
    g_autofree gid_t *groups = g_malloc(length);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
        return FALSE;
    for (gsize i = 0; i < length / sizeof(gid_t); i++) {
        if (groups[i] == group)
            return TRUE;
    }
    return FALSE;
}

// Also somebody who was added to the group after logging in.
static gboolean user_has_group(uid_t uid, gid_t group)
{
    struct passwd entry, *found = NULL;
    g_autofree char *buffer = g_malloc(16384);
    if (getpwuid_r(uid, &entry, buffer, 16384, &found) != 0 || found == NULL)
        return FALSE;
    int count = 64;
    g_autofree gid_t *groups = g_new(gid_t, count);
    if (getgrouplist(found->pw_name, found->pw_gid, groups, &count) < 0) {
        if (count <= 0 || count > MAX_GROUPS)
            return FALSE;
        groups = g_renew(gid_t, groups, count);
        if (getgrouplist(found->pw_name, found->pw_gid, groups, &count) < 0)
            return FALSE;
    }
    for (int i = 0; i < count; i++) {
        if (groups[i] == group)
            return TRUE;
    }
    return FALSE;
}

gboolean peer_is_allowed(int fd, const PeerCredentials *peer, gid_t group)
{
    if (peer->uid == 0 || peer->uid == geteuid())
        return TRUE;
    if (group == NO_GROUP)
        return FALSE;
    return peer->gid == group || process_has_group(fd, group) || user_has_group(peer->uid, group);
}
