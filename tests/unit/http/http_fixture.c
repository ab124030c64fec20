// SPDX-License-Identifier: GPL-3.0-or-later
// Sockets, and as much HTTP as a client needs.
#include "tests/unit/http/http_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/files.h"

Fixture *fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);
    GError *error = NULL;
    fixture->folder = g_dir_make_tmp("sevend-http-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->daemon = fake_daemon_new();
    fixture->times = http_default_times;
    fixture->times.slice = 50;
    fixture->config.socket = fixture_path(fixture, "sevend.sock");
    fixture->config.socket_group = g_strdup("");
    fixture->config.connections = 16;
    return fixture;
}

void fixture_start(Fixture *fixture)
{
    GError *error = NULL;
    fixture->server = http_server_start_timed(&fixture->config, fixture->daemon, &fixture->times, &error);
    g_assert_no_error(error);
    g_assert_nonnull(fixture->server);
}

Fixture *fixture_new_started(void)
{
    Fixture *fixture = fixture_new();
    fixture_start(fixture);
    return fixture;
}

GError *fixture_start_fails(Fixture *fixture)
{
    GError *error = NULL;
    g_assert_null(http_server_start_timed(&fixture->config, fixture->daemon, &fixture->times, &error));
    g_assert_nonnull(error);
    return error;
}

void fixture_stop(Fixture *fixture)
{
    http_server_stop(g_steal_pointer(&fixture->server));
}

void fixture_free(Fixture *fixture)
{
    fixture_stop(fixture);
    fake_daemon_free(fixture->daemon);
    GError *error = NULL;
    tree_remove(fixture->folder, &error);
    g_assert_no_error(error);
    g_free(fixture->folder);
    g_free(fixture->config.socket);
    g_free(fixture->config.socket_group);
    g_free(fixture->config.listen);
    g_free(fixture->config.tokens);
    g_free(fixture->config.tls_certificate);
    g_free(fixture->config.tls_key);
    g_free(fixture);
}

char *fixture_path(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static Client *client_new(int fd, const struct sockaddr *address, socklen_t length)
{
    struct timeval limit = { .tv_sec = 30 };
    g_assert_cmpint(fd, >=, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, address, length) < 0)
        g_error("connect: %s", g_strerror(errno));
    Client *client = g_new0(Client, 1);
    client->fd = fd;
    client->buffer = g_string_new(NULL);
    return client;
}

Client *client_unix(const Fixture *fixture)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, fixture->config.socket, sizeof address.sun_path);
    return client_new(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), (const struct sockaddr *)&address,
                      sizeof address);
}

Client *client_tcp(const Fixture *fixture)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_port = htons((guint16)http_server_port(fixture->server));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return client_new(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), (const struct sockaddr *)&address,
                      sizeof address);
}

void client_free(Client *client)
{
    if (client == NULL)
        return;
    close(client->fd);
    g_string_free(client->buffer, TRUE);
    g_free(client);
}

gboolean client_try_send(Client *client, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize sent = send(client->fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return FALSE;
        if (sent < 0)
            g_error("send: %s", g_strerror(errno));
        bytes += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

void client_send(Client *client, const char *text)
{
    g_assert_true(client_try_send(client, text, strlen(text)));
}

// FALSE at the connection's end.
static gboolean receive_more(Client *client)
{
    char bytes[16384];
    if (client->ended)
        return FALSE;
    gssize got = recv(client->fd, bytes, sizeof bytes, 0);
    if (got < 0 && errno != ECONNRESET)
        g_error("recv: %s; so far: %s", g_strerror(errno), client->buffer->str);
    client->ended = got <= 0;
    if (got > 0)
        g_string_append_len(client->buffer, bytes, got);
    return got > 0;
}

// The offset behind @text in the buffer, or -1 if the connection ends without it.
static gssize find_text(Client *client, const char *text)
{
    for (;;) {
        const char *found = memmem(client->buffer->str, client->buffer->len, text, strlen(text));
        if (found != NULL)
            return found - client->buffer->str + (gssize)strlen(text);
        if (!receive_more(client))
            return -1;
    }
}

gboolean client_wait_for(Client *client, const char *text)
{
    gssize end = find_text(client, text);
    if (end >= 0)
        g_string_erase(client->buffer, 0, end);
    return end >= 0;
}

gboolean client_wait_for_end(Client *client)
{
    while (receive_more(client))
        g_string_truncate(client->buffer, 0);
    return client->ended;
}

static char *take(Client *client, gsize length)
{
    while (client->buffer->len < length && receive_more(client))
        continue;
    g_assert_cmpuint(client->buffer->len, >=, length);
    char *text = g_strndup(client->buffer->str, length);
    memcpy(text, client->buffer->str, length);
    g_string_erase(client->buffer, 0, (gssize)length);
    return text;
}

static char *take_line(Client *client)
{
    gssize end = find_text(client, "\r\n");
    if (end < 0)
        return NULL;
    char *line = take(client, (gsize)end);
    line[end - 2] = '\0';
    return line;
}

static void read_chunks(Client *client, GString *body)
{
    for (;;) {
        g_autofree char *size_line = take_line(client);
        g_assert_nonnull(size_line);
        gsize size = g_ascii_strtoull(size_line, NULL, 16);
        g_autofree char *chunk = take(client, size + 2);
        g_assert_cmpmem(chunk + size, 2, "\r\n", 2);
        g_string_append_len(body, chunk, (gssize)size);
        if (size == 0)
            return;
    }
}

static Answer *read_answer(Client *client, gboolean with_body)
{
    g_autofree char *status_line = take_line(client);
    if (status_line == NULL)
        return NULL;
    g_assert_true(g_str_has_prefix(status_line, "HTTP/1.1 "));
    Answer *answer = g_new0(Answer, 1);
    answer->status = (guint)atoi(status_line + strlen("HTTP/1.1 "));
    answer->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    answer->body = g_string_new(NULL);
    for (;;) {
        g_autofree char *line = take_line(client);
        g_assert_nonnull(line);
        if (line[0] == '\0')
            break;
        char *colon = strchr(line, ':');
        g_assert_nonnull(colon);
        *colon = '\0';
        g_hash_table_insert(answer->headers, g_ascii_strdown(line, -1), g_strdup(g_strstrip(colon + 1)));
    }
    const char *length = answer_header(answer, "content-length");
    if (with_body && g_strcmp0(answer_header(answer, "transfer-encoding"), "chunked") == 0) {
        read_chunks(client, answer->body);
    } else if (with_body && length != NULL) {
        gsize count = g_ascii_strtoull(length, NULL, 10);
        g_autofree char *body = take(client, count);
        g_string_append_len(answer->body, body, (gssize)count);
    }
    return answer;
}

Answer *client_read(Client *client)
{
    return read_answer(client, TRUE);
}

Answer *client_read_head(Client *client)
{
    return read_answer(client, FALSE);
}

void answer_free(Answer *answer)
{
    if (answer == NULL)
        return;
    g_hash_table_unref(answer->headers);
    g_string_free(answer->body, TRUE);
    g_free(answer);
}

const char *answer_header(const Answer *answer, const char *name)
{
    return g_hash_table_lookup(answer->headers, name);
}

json_object *answer_json(const Answer *answer)
{
    GError *error = NULL;
    json_object *object = json_parse(answer->body->str, answer->body->len, &error);
    g_assert_no_error(error);
    return object;
}

void assert_problem(const Answer *answer, guint status, const char *code)
{
    g_assert_nonnull(answer);
    g_assert_cmpuint(answer->status, ==, status);
    g_assert_cmpstr(answer_header(answer, "content-type"), ==, "application/problem+json");
    g_autoptr(json_object) problem = answer_json(answer);
    g_assert_cmpstr(json_string_member(problem, "code"), ==, code);
    g_assert_cmpint(json_int_member(problem, "status", 0), ==, status);
    g_assert_cmpstr(json_string_member(problem, "title"), !=, NULL);
    g_assert_cmpstr(json_string_member(problem, "detail"), !=, "");
}

Answer *fixture_request(const Fixture *fixture, const char *method, const char *target, const char *headers,
                        const char *body)
{
    g_autoptr(Client) client = client_unix(fixture);
    g_autoptr(GString) request = g_string_new(NULL);
    g_string_append_printf(request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target, headers);
    if (body != NULL)
        g_string_append_printf(request, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen(body));
    g_string_append_printf(request, "\r\n%s", body != NULL ? body : "");
    client_send(client, request->str);
    Answer *answer = g_str_equal(method, "HEAD") ? client_read_head(client) : client_read(client);
    g_assert_nonnull(answer);
    return answer;
}

Answer *fixture_get(const Fixture *fixture, const char *target)
{
    return fixture_request(fixture, "GET", target, "", NULL);
}

Answer *fixture_post(const Fixture *fixture, const char *target, const char *body)
{
    return fixture_request(fixture, "POST", target, "Content-Type: application/json\r\n", body);
}

void assert_untouched(const Fixture *fixture)
{
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
    g_autoptr(Answer) answer = fixture_get(fixture, "/healthz");
    g_assert_cmpuint(answer->status, ==, 200);
}
