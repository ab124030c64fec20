// SPDX-License-Identifier: GPL-3.0-or-later
// The address of `[http] listen` and its listening socket. Whether it may be used without TLS is decided on
// the address that is bound, never on its name.
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef struct {
    struct sockaddr_storage address;
    socklen_t length;
    gboolean loopback; // nobody outside of this machine can reach it
} TcpAddress;

// "127.0.0.1:7007", "[::1]:7007", "localhost:7007"; port 0: the system chooses one. Other host names are
// refused: what they mean can change. HTTP_ERROR_CONFIG.
gboolean tcp_address_parse(const char *listen, TcpAddress *ret_address, GError **error);

// A listening, non-blocking descriptor that the caller closes, or -1 and HTTP_ERROR_SOCKET.
int tcp_listener_open(const char *listen, const TcpAddress *address, guint *ret_port, GError **error);
