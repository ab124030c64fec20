// SPDX-License-Identifier: GPL-3.0-or-later
// From global options and environment to the way to the daemon: socket or URL, token, certificates.
#include "client/client.h"

#include "client/report.h"
#include "client/secret.h"

#include <string.h>

// A token in clear text may only stay on this host.
static gboolean is_loopback(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    return host && (!strcmp(host, "localhost") || !strcmp(host, "127.0.0.1") || !strcmp(host, "::1"));
}

static const char *from_environment(const char *name)
{
    const char *value = g_getenv(name);
    return value && *value ? value : NULL;
}

static char *find_token(const Client *client, GError **error)
{
    if (client->token_file)
        return secret_read_file(client->token_file, error);
    return g_strdup(from_environment("SEVENCTL_TOKEN"));
}

static gboolean token_is_valid(const char *token)
{
    for (const char *at = token; *at; at++)
        if (!g_ascii_isgraph(*at))
            return FALSE;
    return *token != '\0';
}

static Http *open_host(Client *client, const char *url, ExitCode *ret_code)
{
    gboolean encrypted = g_str_has_prefix(url, "https://");
    if (!encrypted && !g_str_has_prefix(url, "http://")) {
        *ret_code = report_usage(NULL, "--host: \"%s\" is not https://HOST:PORT", url);
        return NULL;
    }
    if (!encrypted && !is_loopback(url)) {
        *ret_code = report_usage(NULL, "--host: http:// would send the token in clear text; use https://");
        return NULL;
    }
    g_autoptr(GError) error = NULL;
    char *token = find_token(client, &error);
    if (error) {
        *ret_code = report_usage(NULL, "--token-file: %s", error->message);
        return NULL;
    }
    if (token && !token_is_valid(token)) {
        *ret_code = report_usage(NULL, "the token has characters that no token has");
        secret_free(token);
        return NULL;
    }
    HttpTarget target = { .base_url = url, .token = token, .ca_file = client->ca_file };
    client->http = http_new(&target);
    secret_free(token);
    return client->http;
}

Http *client_http(Client *client, ExitCode *ret_code)
{
    if (client->http)
        return client->http;
    if (client->socket_path && client->host) {
        *ret_code = report_usage(NULL, "--socket and --host exclude each other");
        return NULL;
    }
    const char *socket_path = client->socket_path;
    const char *host = client->host;
    if (!socket_path && !host)
        socket_path = from_environment("SEVENCTL_SOCKET");
    if (!socket_path && !host)
        host = from_environment("SEVENCTL_HOST");
    if (!socket_path && host)
        return open_host(client, host, ret_code);
    HttpTarget target = { .socket_path = socket_path ? socket_path : DEFAULT_SOCKET };
    client->http = http_new(&target);
    return client->http;
}

void client_clear(Client *client)
{
    http_free(client->http);
    g_free(client->socket_path);
    g_free(client->host);
    g_free(client->token_file);
    g_free(client->ca_file);
}
