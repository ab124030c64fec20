// SPDX-License-Identifier: GPL-3.0-or-later
// Parsing `listen`, and socket(), bind(), listen().
#include "daemon/http/tcp_listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "daemon/http/server.h"

static gboolean refuse(const char *listen, const char *why, GError **error)
{
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_CONFIG, "[http] listen = %s: %s", listen, why);
    return FALSE;
}

static gboolean set_ipv4(const char *host, guint16 port, TcpAddress *ret_address)
{
    struct sockaddr_in *address = (struct sockaddr_in *)&ret_address->address;
    if (inet_pton(AF_INET, host, &address->sin_addr) != 1)
        return FALSE;
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    ret_address->length = sizeof *address;
    ret_address->loopback = ntohl(address->sin_addr.s_addr) >> 24 == 127;
    return TRUE;
}

static gboolean set_ipv6(const char *host, guint16 port, TcpAddress *ret_address)
{
    struct sockaddr_in6 *address = (struct sockaddr_in6 *)&ret_address->address;
    if (inet_pton(AF_INET6, host, &address->sin6_addr) != 1)
        return FALSE;
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(port);
    ret_address->length = sizeof *address;
    ret_address->loopback = IN6_IS_ADDR_LOOPBACK(&address->sin6_addr);
    return TRUE;
}

gboolean tcp_address_parse(const char *listen, TcpAddress *ret_address, GError **error)
{
    memset(ret_address, 0, sizeof *ret_address);
    const char *colon = strrchr(listen, ':');
    guint64 port;
    if (colon == NULL)
        return refuse(listen, "must be ADDRESS:PORT", error);
    if (!g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return refuse(listen, "the port must be a number from 0 to 65535", error);
    g_autofree char *host = g_strndup(listen, (gsize)(colon - listen));
    gsize length = strlen(host);
    gboolean known;
    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        known = set_ipv6(host + 1, (guint16)port, ret_address);
    } else {
        known = set_ipv4(g_str_equal(host, "localhost") ? "127.0.0.1" : host, (guint16)port, ret_address);
    }
    return known ? TRUE
                 : refuse(listen, "the address must be numeric, IPv6 in brackets, or localhost", error);
}

static guint bound_port(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

int tcp_listener_open(const char *listen_text, const TcpAddress *address, guint *ret_port, GError **error)
{
    int on = 1;
    int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // Without SO_REUSEADDR a restarted daemon could not listen until old connections have left TIME_WAIT.
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, (const struct sockaddr *)&address->address, address->length) == 0 &&
        listen(fd, SOMAXCONN) == 0) {
        *ret_port = bound_port(fd);
        return fd;
    }
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_SOCKET, "[http] listen = %s: %s", listen_text,
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
