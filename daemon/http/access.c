// SPDX-License-Identifier: GPL-3.0-or-later
// Identification once a connection, tokens once a request.
#include "daemon/http/access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/http/peer_credentials.h"

static void identify_unix(HttpRequest *request)
{
    Connection *connection = request->connection;
    PeerCredentials peer;
    g_autoptr(GError) error = NULL;
    if (!peer_credentials_read(connection->fd, &peer, &error)) {
        g_warning("refused a client of unknown user: %s", error->message);
        return;
    }
    connection->peer = g_strdup_printf("uid=%u pid=%d", (guint)peer.uid, (int)peer.pid);
    connection->allowed =
        peer_is_allowed(connection->fd, &peer, unix_socket_group(request->listener->server->unix_socket));
    if (!connection->allowed)
        g_warning("refused a client: %s is neither root, nor the daemon's user, nor in its group",
                  connection->peer);
}

static void identify_tcp(HttpRequest *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr *address = info != NULL ? info->client_addr : NULL;
    if (address != NULL && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof text);
    else if (address != NULL && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text,
                  sizeof text);
    request->connection->peer = g_strdup(text);
}

// RFC 6750, 2.1. Borrowed; NULL if there is none.
static const char *bearer_token(const HttpRequest *request)
{
    const char *value = header_value(request, "Authorization");
    if (value == NULL || g_ascii_strncasecmp(value, "Bearer ", strlen("Bearer ")) != 0)
        return NULL;
    value += strlen("Bearer ");
    return value + strspn(value, " ");
}

static gboolean check_token(HttpRequest *request, Problem **problem)
{
    const char *token = bearer_token(request);
    if (token != NULL)
        request->token = tokens_check(request->listener->server->tokens, token);
    if (request->token != NULL)
        return TRUE;
    problem_set(problem, 401, "unauthorized", "%s",
                token == NULL ? "This listener needs a bearer token (sevend --add-token NAME makes one)."
                              : "There is no such token.");
    return FALSE;
}

gboolean access_check(HttpRequest *request, gboolean open, Problem **problem)
{
    Connection *connection = request->connection;
    gboolean tcp = request->listener->tcp;
    if (!connection->identified) {
        connection->identified = TRUE;
        if (tcp)
            identify_tcp(request);
        else
            identify_unix(request);
    }
    if (tcp)
        return open || check_token(request, problem);
    if (connection->allowed)
        return TRUE;
    problem_set(problem, 403, "forbidden",
                "This socket serves root, the daemon's user and the members of its group.");
    return FALSE;
}

char *access_user(const HttpRequest *request)
{
    if (request->token)
        return g_strconcat("token ", request->token, NULL);
    const char *peer = request->connection->peer ? request->connection->peer : "?";
    return g_strndup(peer, strcspn(peer, " "));
}
