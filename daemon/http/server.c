// SPDX-License-Identifier: GPL-3.0-or-later
// Starting and stopping: opens what the configuration asks for, gives each listener its libmicrohttpd, and
// takes both down in order. A thread a connection, so that handlers may block.
#include "daemon/http/server.h"

#include <string.h>
#include <unistd.h>

#include "daemon/http/dispatch.h"
#include "daemon/http/server_state.h"
#include "daemon/http/tcp_listener.h"
#include "daemon/http/tls.h"

// For headers, and for what libmicrohttpd sends and receives at a time. Larger than what headers.c allows, so
// that too many headers get a problem, not libmicrohttpd's own page. Not larger still: libmicrohttpd 0.9.75
// clears all of it for each request, and beyond this an upload of gigabytes is not received any faster.
#define MEMORY_PER_CONNECTION (256 * 1024)
// Connections beyond the limit that are told so; more are closed at once.
#define REFUSALS_AT_A_TIME 16
#define DEFAULT_LIMIT      64

GQuark http_error_quark(void)
{
    return g_quark_from_static_string("http-error");
}

static void G_GNUC_PRINTF(2, 0) log_library(void *data, const char *format, va_list arguments)
{
    (void)data;
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    g_debug("libmicrohttpd: %s", g_strchomp(text));
}

// The path and the query are decoded by url.c.
static size_t leave_escaped(void *data, struct MHD_Connection *mhd, char *text)
{
    (void)data;
    (void)mhd;
    return strlen(text);
}

static Listener *listener_new(HttpServer *server, gboolean tcp, guint limit, int fd)
{
    Listener *listener = g_new0(Listener, 1);
    listener->server = server;
    listener->tcp = tcp;
    listener->fd = fd;
    listener->connections = connections_new(limit, &server->times);
    return listener;
}

// The socket itself, of the Unix listener, is unix_socket_close()'s.
static void listener_free(Listener *listener)
{
    if (listener == NULL)
        return;
    if (listener->mhd != NULL)
        MHD_stop_daemon(listener->mhd);
    connections_free(listener->connections);
    if (listener->tcp && listener->fd >= 0)
        close(listener->fd);
    g_free(listener);
}

static gboolean listener_start(Listener *listener, guint limit, const TlsFiles *tls, GError **error)
{
    struct MHD_OptionItem tls_options[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, tls != NULL ? tls->certificate : NULL },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, tls != NULL ? tls->key : NULL },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(gintptr)TLS_PRIORITIES },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct MHD_OptionItem *more = tls != NULL ? tls_options : &tls_options[3];
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                     MHD_USE_ITC | MHD_USE_ERROR_LOG;
    if (tls != NULL)
        flags |= MHD_USE_TLS;
    // The logger comes first: options are read in order.
    listener->mhd = MHD_start_daemon(
        flags, 0, NULL, NULL, dispatch_request, listener, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_NOTIFY_CONNECTION, dispatch_connection, listener,
        MHD_OPTION_URI_LOG_CALLBACK, dispatch_target, listener, MHD_OPTION_NOTIFY_COMPLETED,
        dispatch_completed, listener, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_CONNECTION_LIMIT, limit + REFUSALS_AT_A_TIME, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION, MHD_OPTION_ARRAY, more,
        MHD_OPTION_END);
    if (listener->mhd != NULL)
        return TRUE;
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_START, "libmicrohttpd does not start a listener");
    return FALSE;
}

static gboolean check_tcp(const Config *config, const TcpAddress *address, GError **error)
{
    const char *why = NULL;
    if (config->tokens == NULL)
        why = "needs [http] tokens: whoever can connect could do everything";
    else if ((config->tls_certificate == NULL) != (config->tls_key == NULL))
        why = "needs both [http] tls_certificate and tls_key, or neither";
    else if (!address->loopback && config->tls_certificate == NULL)
        why = "is reachable from other hosts and needs [http] tls_certificate and tls_key";
    if (why == NULL)
        return TRUE;
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_CONFIG, "[http] listen = %s %s", config->listen, why);
    return FALSE;
}

static gboolean start_tcp(HttpServer *server, const Config *config, guint limit, GError **error)
{
    TcpAddress address;
    TlsFiles tls = { 0 };
    if (!tcp_address_parse(config->listen, &address, error) || !check_tcp(config, &address, error))
        return FALSE;
    server->tokens = tokens_open(config->tokens, error);
    if (server->tokens == NULL)
        return FALSE;
    gboolean encrypted = config->tls_certificate != NULL;
    if (encrypted && !tls_files_read(config->tls_certificate, config->tls_key, &tls, error))
        return FALSE;
    int fd = tcp_listener_open(config->listen, &address, &server->port, error);
    gboolean started = FALSE;
    if (fd >= 0) {
        server->tcp_listener = listener_new(server, TRUE, limit, fd);
        started = listener_start(server->tcp_listener, limit, encrypted ? &tls : NULL, error);
    }
    tls_files_clear(&tls);
    if (started)
        g_message("listening on %s (port %u)%s", config->listen, server->port, encrypted ? ", TLS" : "");
    return started;
}

static gboolean start_unix(HttpServer *server, const Config *config, guint limit, GError **error)
{
    server->unix_socket = unix_socket_open(config->socket, config->socket_group, error);
    if (server->unix_socket == NULL)
        return FALSE;
    server->unix_listener = listener_new(server, FALSE, limit, unix_socket_fd(server->unix_socket));
    if (!listener_start(server->unix_listener, limit, NULL, error))
        return FALSE;
    g_message("listening on %s", config->socket);
    return TRUE;
}

HttpServer *http_server_start_timed(const Config *config, Daemon *daemon, const HttpTimes *times,
                                    GError **error)
{
    HttpServer *server = g_new0(HttpServer, 1);
    server->daemon = daemon;
    server->times = *times;
    // With two listeners neither can keep all connections from the other.
    guint limit = config->connections != 0 ? config->connections : DEFAULT_LIMIT;
    guint tcp_limit = config->listen != NULL ? MAX(limit / 2, 1) : 0;
    guint unix_limit = MAX(limit - MIN(tcp_limit, limit), 1);
    if (start_unix(server, config, unix_limit, error) &&
        (config->listen == NULL || start_tcp(server, config, tcp_limit, error)))
        return server;
    http_server_stop(server);
    return NULL;
}

HttpServer *http_server_start(const Config *config, Daemon *daemon, GError **error)
{
    return http_server_start_timed(config, daemon, &http_default_times, error);
}

gboolean http_server_is_stopping(HttpServer *server)
{
    return g_atomic_int_get(&server->stopping) != 0;
}

guint http_server_port(const HttpServer *server)
{
    return server->port;
}

void http_server_stop(HttpServer *server)
{
    if (server == NULL)
        return;
    Listener *listeners[] = { server->unix_listener, server->tcp_listener };
    g_atomic_int_set(&server->stopping, 1);
    if (server->unix_socket != NULL)
        unix_socket_remove(server->unix_socket);
    for (gsize i = 0; i < G_N_ELEMENTS(listeners); i++) {
        if (listeners[i] != NULL && listeners[i]->mhd != NULL)
            MHD_quiesce_daemon(listeners[i]->mhd);
    }
    // What runs may end in good order: streams and waits look at `stopping` and end by themselves.
    for (gsize i = 0; i < G_N_ELEMENTS(listeners); i++) {
        if (listeners[i] != NULL && !connections_wait_quiet(listeners[i]->connections, server->times.stop))
            g_message("cutting off requests that are still being answered");
        listener_free(listeners[i]);
    }
    unix_socket_close(server->unix_socket);
    tokens_free(server->tokens);
    g_free(server);
}
