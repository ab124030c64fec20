// SPDX-License-Identifier: GPL-3.0-or-later
// What the requests of a server share. For the files of daemon/http and their tests only.
#pragma once

#include <microhttpd.h>

#include "daemon/http/connections.h"
#include "daemon/http/server.h"
#include "daemon/http/tokens.h"
#include "daemon/http/unix_socket.h"

typedef struct {
    HttpServer *server;
    gboolean tcp; // bearer tokens; else peer credentials
    Connections *connections;
    struct MHD_Daemon *mhd;
    int fd; // of a TCP listener; a Unix socket has its own
} Listener;

struct HttpServer {
    Daemon *daemon;
    HttpTimes times;
    UnixSocket *unix_socket;
    Tokens *tokens; // NULL without TCP
    guint port;
    Listener *unix_listener;
    Listener *tcp_listener; // or NULL
    gint stopping;          // atomic
};

// http_server_start() with times of the caller's choice.
HttpServer *http_server_start_timed(const Config *config, Daemon *daemon, const HttpTimes *times,
                                    GError **error);
gboolean http_server_is_stopping(HttpServer *server);
