// SPDX-License-Identifier: GPL-3.0-or-later
// The HTTP server on libmicrohttpd: listeners, limits, peer credentials, tokens, TLS; hands requests to the
// routes. Knows service.h only: no libvirt, no files but its sockets, certificates and tokens.
#pragma once

#include "daemon/config.h"
#include "daemon/service.h"

#define HTTP_ERROR (http_error_quark())
GQuark http_error_quark(void);
typedef enum {
    HTTP_ERROR_CONFIG, // [http] asks for something that is refused or cannot be understood
    HTTP_ERROR_SOCKET, // a listener cannot be opened
    HTTP_ERROR_TLS,    // certificate or key
    HTTP_ERROR_TOKENS, // the tokens file
    HTTP_ERROR_START,  // libmicrohttpd
} HttpError;

typedef struct HttpServer HttpServer;
// Opens the Unix socket (0660, group, stale socket replaced only if nobody answers on it) and, where
// configured, the TCP listener. Refuses: listen without tokens; listen beyond loopback without TLS. Serves
// until http_server_stop(). @config and @daemon must outlive the server. A socket_group that does not exist
// is a warning: then only root and the daemon's user are served. limits.connections bounds both listeners
// together; with TCP on, each has half.
HttpServer *http_server_start(const Config *config, Daemon *daemon, GError **error);
// Stops accepting, ends event streams and waits, joins all threads, removes the socket. Takes as long as the
// longest service call that runs, so stop what they wait for first (or at the same time, from another
// thread); otherwise about a second.
void http_server_stop(HttpServer *server);
// The port of the TCP listener (the one that the system chose, for "127.0.0.1:0"), or 0.
guint http_server_port(const HttpServer *server);

// `sevend --add-token NAME`: makes a token, appends its hash to the tokens file (0600, atomic) and returns
// the token (caller frees). Refuses a name that is there already. A running daemon takes it up by itself.
char *http_token_add(const char *tokens_path, const char *name, GError **error);
