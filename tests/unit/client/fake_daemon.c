// SPDX-License-Identifier: GPL-3.0-or-later
// The fake daemon: an accepting thread, and a thread a connection that reads one request and plays one
// answer.
#include "tests/unit/client/fake_daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    int status;
    char *content_type;
    char *header;      // one more, or NULL
    GBytes *body;      // or NULL: a stream
    GPtrArray *pieces; // char *, of a stream
} Answer;

typedef struct {
    char *line;
    char *head;
    char *body;
} Request;

struct FakeDaemon {
    GMutex lock;
    GCond changed;
    char *folder;
    char *socket_path;
    guint port;
    int unix_fd, tcp_fd;
    int wake_fd;    // tells the accepting thread to look again
    int release_fd; // a semaphore
    gboolean ending;
    GPtrArray *answers;  // Answer, all there are
    GHashTable *routes;  // "GET /path" → GQueue of Answer, borrowed
    GPtrArray *requests; // Request
    GPtrArray *threads;  // of connections
    GThread *accepting;
};

typedef struct {
    FakeDaemon *fake;
    int fd;
} Connection;

static void answer_free(gpointer data)
{
    Answer *answer = data;
    g_free(answer->content_type);
    g_free(answer->header);
    if (answer->body)
        g_bytes_unref(answer->body);
    if (answer->pieces)
        g_ptr_array_unref(answer->pieces);
    g_free(answer);
}

static void request_free(gpointer data)
{
    Request *request = data;
    g_free(request->line);
    g_free(request->head);
    g_free(request->body);
    g_free(request);
}

static gboolean send_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return FALSE;
        bytes += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

static gsize content_length(const char *head)
{
    const char *line = strcasestr(head, "\r\ncontent-length:");
    return line ? (gsize)g_ascii_strtoull(line + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

// NULL if the client hung up before it had asked anything.
static Request *read_request(int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char *end = NULL;
    for (;;) {
        char buffer[4096];
        if (!end && (end = strstr(text->str, "\r\n\r\n")))
            end += 4;
        if (end && text->len - (gsize)(end - text->str) >= content_length(text->str))
            break;
        ssize_t got = recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0)
            return NULL;
        gsize offset = end ? (gsize)(end - text->str) : 0;
        g_string_append_len(text, buffer, got);
        end = offset ? text->str + offset : NULL;
    }
    Request *request = g_new0(Request, 1);
    const char *line_end = strstr(text->str, " HTTP/1.1\r\n");
    g_assert_nonnull(line_end);
    request->line = g_strndup(text->str, (gsize)(line_end - text->str));
    request->head = g_strndup(text->str, (gsize)(end - text->str));
    request->body = g_strdup(end);
    return request;
}

static Answer *find_answer(FakeDaemon *fake, const char *line)
{
    GQueue *queue = g_hash_table_lookup(fake->routes, line);
    if (!queue) {
        g_autofree char *without_query = g_strndup(line, strcspn(line, "?"));
        queue = g_hash_table_lookup(fake->routes, without_query);
    }
    if (!queue)
        return NULL;
    return g_queue_get_length(queue) > 1 ? g_queue_pop_head(queue) : g_queue_peek_head(queue);
}

// Until released; FALSE if the client hung up before.
static gboolean wait_for_release(const FakeDaemon *fake, int fd)
{
    struct pollfd polled[] = { { .fd = fake->release_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
    for (;;) {
        guint64 value;
        poll(polled, 2, -1);
        if (polled[1].revents)
            return FALSE;
        if (read(fake->release_fd, &value, sizeof value) == sizeof value)
            return TRUE;
    }
}

static void play_stream(FakeDaemon *fake, int fd, const Answer *answer)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    gboolean ok = send_all(fd, head, sizeof head - 1);
    for (guint i = 0; ok && i < answer->pieces->len; i++) {
        const char *piece = answer->pieces->pdata[i];
        if (!strcmp(piece, FAKE_BREAK))
            return;
        if (!strcmp(piece, FAKE_STOP)) {
            fake_daemon_stop(fake);
            return;
        }
        if (!strcmp(piece, FAKE_WAIT)) {
            ok = wait_for_release(fake, fd);
            continue;
        }
        g_autofree char *chunk = g_strdup_printf("%zx\r\n%s\r\n", strlen(piece), piece);
        ok = send_all(fd, chunk, strlen(chunk));
    }
    g_autofree char *end =
        g_strdup_printf("0\r\n%s%s\r\n", answer->header ? answer->header : "", answer->header ? "\r\n" : "");
    if (ok)
        send_all(fd, end, strlen(end));
}

static void play(FakeDaemon *fake, int fd, const Answer *answer)
{
    static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n"
                                  "Connection: close\r\n\r\n{\"title\":\"Not found\",\"status\":404,"
                                  "\"code\":\"not-found\",\"detail\":\"the test has no such route\"}";
    if (!answer) {
        send_all(fd, missing, sizeof missing - 1);
    } else if (answer->pieces) {
        play_stream(fake, fd, answer);
    } else {
        gsize length;
        const char *bytes = g_bytes_get_data(answer->body, &length);
        g_autofree char *head =
            g_strdup_printf("HTTP/1.1 %d Status\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                            "%s%sConnection: close\r\n\r\n",
                            answer->status, answer->content_type, length,
                            answer->header ? answer->header : "", answer->header ? "\r\n" : "");
        if (send_all(fd, head, strlen(head)))
            send_all(fd, bytes, length);
    }
}

static gpointer serve(gpointer data)
{
    g_autofree Connection *connection = data;
    FakeDaemon *fake = connection->fake;
    Request *request = read_request(connection->fd);
    if (request) {
        g_mutex_lock(&fake->lock);
        Answer *answer = find_answer(fake, request->line);
        g_ptr_array_add(fake->requests, request);
        g_cond_broadcast(&fake->changed);
        g_mutex_unlock(&fake->lock);
        play(fake, connection->fd, answer);
    }
    close(connection->fd);
    return NULL;
}

static gpointer accept_all(gpointer data)
{
    FakeDaemon *fake = data;
    for (;;) {
        g_mutex_lock(&fake->lock);
        struct pollfd polled[] = {
            { .fd = fake->wake_fd, .events = POLLIN },
            { .fd = fake->unix_fd, .events = POLLIN },
            { .fd = fake->tcp_fd, .events = POLLIN },
        };
        gboolean ending = fake->ending;
        g_mutex_unlock(&fake->lock);
        if (ending)
            return NULL;
        poll(polled, G_N_ELEMENTS(polled), -1);
        guint64 value;
        if (polled[0].revents)
            g_assert_cmpint(read(fake->wake_fd, &value, sizeof value), ==, sizeof value);
        g_mutex_lock(&fake->lock);
        for (guint i = 1; i < G_N_ELEMENTS(polled); i++) {
            gboolean current = polled[i].fd == fake->unix_fd || polled[i].fd == fake->tcp_fd;
            int fd = polled[i].revents && current ? accept4(polled[i].fd, NULL, NULL, SOCK_CLOEXEC) : -1;
            if (fd < 0)
                continue;
            Connection *connection = g_new0(Connection, 1);
            *connection = (Connection){ fake, fd };
            g_ptr_array_add(fake->threads, g_thread_new("connection", serve, connection));
        }
        g_mutex_unlock(&fake->lock);
    }
}

static void wake(FakeDaemon *fake)
{
    g_assert_cmpint(write(fake->wake_fd, &(guint64){ 1 }, sizeof(guint64)), ==, sizeof(guint64));
}

void fake_daemon_listen(FakeDaemon *fake)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_mutex_lock(&fake->lock);
    g_strlcpy(address.sun_path, fake->socket_path, sizeof address.sun_path);
    fake->unix_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_no_errno(bind(fake->unix_fd, (struct sockaddr *)&address, sizeof address));
    g_assert_no_errno(listen(fake->unix_fd, 8));
    g_mutex_unlock(&fake->lock);
    wake(fake);
}

static void listen_tcp(FakeDaemon *fake)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    fake->tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_no_errno(bind(fake->tcp_fd, (struct sockaddr *)&address, length));
    g_assert_no_errno(listen(fake->tcp_fd, 8));
    g_assert_no_errno(getsockname(fake->tcp_fd, (struct sockaddr *)&address, &length));
    fake->port = ntohs(address.sin_port);
}

void fake_daemon_stop(FakeDaemon *fake)
{
    g_mutex_lock(&fake->lock);
    g_unlink(fake->socket_path);
    close(fake->unix_fd);
    fake->unix_fd = -1;
    g_mutex_unlock(&fake->lock);
    wake(fake);
}

FakeDaemon *fake_daemon_new(void)
{
    FakeDaemon *fake = g_new0(FakeDaemon, 1);
    g_autoptr(GError) error = NULL;
    g_mutex_init(&fake->lock);
    g_cond_init(&fake->changed);
    fake->folder = g_dir_make_tmp("sevenctl-test-XXXXXX", &error);
    g_assert_no_error(error);
    fake->socket_path = g_build_filename(fake->folder, "sevend.sock", NULL);
    fake->wake_fd = eventfd(0, EFD_CLOEXEC);
    fake->release_fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE | EFD_NONBLOCK);
    fake->routes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_queue_free);
    fake->answers = g_ptr_array_new_with_free_func(answer_free);
    fake->requests = g_ptr_array_new_with_free_func(request_free);
    fake->threads = g_ptr_array_new();
    listen_tcp(fake);
    fake_daemon_listen(fake);
    fake->accepting = g_thread_new("accept", accept_all, fake);
    return fake;
}

void fake_daemon_free(FakeDaemon *fake)
{
    g_mutex_lock(&fake->lock);
    fake->ending = TRUE;
    g_mutex_unlock(&fake->lock);
    wake(fake);
    g_thread_join(fake->accepting);
    for (guint i = 0; i < fake->threads->len; i++)
        g_thread_join(fake->threads->pdata[i]);
    if (fake->unix_fd >= 0)
        close(fake->unix_fd);
    close(fake->tcp_fd);
    close(fake->wake_fd);
    close(fake->release_fd);
    g_unlink(fake->socket_path);
    g_rmdir(fake->folder);
    g_hash_table_unref(fake->routes);
    g_ptr_array_unref(fake->answers);
    g_ptr_array_unref(fake->requests);
    g_ptr_array_unref(fake->threads);
    g_mutex_clear(&fake->lock);
    g_cond_clear(&fake->changed);
    g_free(fake->folder);
    g_free(fake->socket_path);
    g_free(fake);
}

const char *fake_daemon_folder(const FakeDaemon *fake)
{
    return fake->folder;
}

const char *fake_daemon_socket(const FakeDaemon *fake)
{
    return fake->socket_path;
}

guint fake_daemon_port(const FakeDaemon *fake)
{
    return fake->port;
}

static void add_answer(FakeDaemon *fake, const char *route, Answer *answer)
{
    g_mutex_lock(&fake->lock);
    GQueue *queue = g_hash_table_lookup(fake->routes, route);
    if (!queue) {
        queue = g_queue_new();
        g_hash_table_insert(fake->routes, g_strdup(route), queue);
    }
    g_queue_push_tail(queue, answer);
    g_ptr_array_add(fake->answers, answer);
    g_mutex_unlock(&fake->lock);
}

void fake_daemon_answer_bytes(FakeDaemon *fake, const char *route, int status, const char *content_type,
                              const void *bytes, gsize length)
{
    Answer *answer = g_new0(Answer, 1);
    answer->status = status;
    answer->content_type = g_strdup(content_type);
    answer->body = g_bytes_new(bytes, length);
    add_answer(fake, route, answer);
}

void fake_daemon_answer(FakeDaemon *fake, const char *route, int status, const char *body)
{
    const char *type = status < 300 ? "application/json" : "application/problem+json";
    fake_daemon_answer_bytes(fake, route, status, type, body, strlen(body));
}

void fake_daemon_add_header(FakeDaemon *fake, const char *header)
{
    g_mutex_lock(&fake->lock);
    Answer *answer = fake->answers->pdata[fake->answers->len - 1];
    g_free(answer->header);
    answer->header = g_strdup(header);
    g_mutex_unlock(&fake->lock);
}

void fake_daemon_stream(FakeDaemon *fake, const char *route, ...)
{
    Answer *answer = g_new0(Answer, 1);
    answer->pieces = g_ptr_array_new_with_free_func(g_free);
    va_list pieces;
    va_start(pieces, route);
    for (const char *piece; (piece = va_arg(pieces, const char *));)
        g_ptr_array_add(answer->pieces, g_strdup(piece));
    va_end(pieces);
    add_answer(fake, route, answer);
}

void fake_daemon_release(FakeDaemon *fake)
{
    g_assert_cmpint(write(fake->release_fd, &(guint64){ 1 }, sizeof(guint64)), ==, sizeof(guint64));
}

void fake_daemon_wait_for(FakeDaemon *fake, guint count)
{
    g_mutex_lock(&fake->lock);
    while (fake->requests->len < count)
        g_cond_wait(&fake->changed, &fake->lock);
    g_mutex_unlock(&fake->lock);
}

guint fake_daemon_request_count(FakeDaemon *fake)
{
    g_mutex_lock(&fake->lock);
    guint count = fake->requests->len;
    g_mutex_unlock(&fake->lock);
    return count;
}

static const Request *get_request(FakeDaemon *fake, guint number)
{
    g_mutex_lock(&fake->lock);
    g_assert_cmpuint(number, <, fake->requests->len);
    const Request *request = fake->requests->pdata[number];
    g_mutex_unlock(&fake->lock);
    return request;
}

char *fake_daemon_request_line(FakeDaemon *fake, guint number)
{
    return g_strdup(get_request(fake, number)->line);
}

char *fake_daemon_request_body(FakeDaemon *fake, guint number)
{
    return g_strdup(get_request(fake, number)->body);
}

char *fake_daemon_request_header(FakeDaemon *fake, guint number, const char *name)
{
    g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
    const char *line = strcasestr(get_request(fake, number)->head, start);
    if (!line)
        return NULL;
    line += strlen(start);
    return g_strndup(line, strcspn(line, "\r"));
}
