// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/jobs/{id}/events: server-sent events (WHATWG HTML, 9.2). The stream asks the service for what comes
// after the last event it has sent, so a resumed stream misses nothing and repeats nothing; between events it
// sends comments, which also find out that a client has gone. libmicrohttpd calls it in the connection's own
// thread, which may block; an answer of no bytes would make it spin.
#include <string.h>

#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define CONTENT_TYPE "text/event-stream"
#define BLOCK_BYTES  (16 * 1024)

typedef struct {
    HttpServer *server;
    Connections *connections; // the answer may outlive its connection by a moment
    Connection *connection;
    char *job;
    gint64 after;     // sequence of the last event that was taken
    GString *pending; // text to send, from @sent on
    gsize sent;
    gint64 last_sent;  // monotonic microseconds
    gboolean finished; // @pending is the last of it
} EventStream;

static void event_stream_free(void *data)
{
    EventStream *stream = data;
    connections_end_wait(stream->connections);
    g_string_free(stream->pending, TRUE);
    g_free(stream->job);
    g_free(stream);
}

static void append_event(EventStream *stream, const ServiceEvent *event)
{
    GString *text = stream->pending;
    g_string_append_printf(text, "id: %" G_GINT64_FORMAT "\nevent: %s\n", event->sequence, event->kind);
    // A line end would end the field, so each line becomes one.
    g_auto(GStrv) lines = g_strsplit_set(event->data != NULL ? event->data : "", "\r\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        g_string_append_printf(text, "data: %s\n", lines[i]);
    g_string_append_c(text, '\n');
    stream->after = event->sequence;
    stream->finished = stream->finished || event->last;
}

static void append_events(EventStream *stream, const GPtrArray *events)
{
    for (guint i = 0; i < events->len && !stream->finished; i++)
        append_event(stream, g_ptr_array_index(events, i));
}

static void append_heartbeat(EventStream *stream)
{
    gint64 heartbeat = (gint64)stream->server->times.heartbeat * G_TIME_SPAN_MILLISECOND;
    if (g_get_monotonic_time() - stream->last_sent >= heartbeat)
        g_string_append(stream->pending, ": \n\n");
}

// Blocks until there is something to send or the stream ends. FALSE: it ends.
static gboolean fill(EventStream *stream)
{
    g_string_truncate(stream->pending, 0);
    stream->sent = 0;
    while (stream->pending->len == 0) {
        if (stream->finished || http_server_is_stopping(stream->server) ||
            connection_client_is_gone(stream->connection))
            return FALSE;
        g_autoptr(Problem) problem = NULL;
        g_autoptr(GPtrArray) events = service_job_events(stream->server->daemon, stream->job, stream->after,
                                                         stream->server->times.slice, &problem);
        if (events == NULL)
            return FALSE;
        append_events(stream, events);
        if (stream->pending->len == 0)
            append_heartbeat(stream);
    }
    return TRUE;
}

static ssize_t read_stream(void *data, uint64_t position, char *buffer, size_t size)
{
    (void)position;
    EventStream *stream = data;
    connection_working(stream->connection);
    gboolean more = stream->sent < stream->pending->len || fill(stream);
    connection_sending(stream->connection, 0);
    if (!more)
        return MHD_CONTENT_READER_END_OF_STREAM;
    gsize count = MIN(size, stream->pending->len - stream->sent);
    memcpy(buffer, stream->pending->str + stream->sent, count);
    stream->sent += count;
    stream->last_sent = g_get_monotonic_time();
    return (ssize_t)count;
}

static gboolean read_last_event_id(const HttpRequest *request, gint64 *ret_after, Problem **problem)
{
    const char *text = header_value(request, "Last-Event-ID");
    guint64 value = 0;
    if (text != NULL && text[0] != '\0' &&
        !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &value, NULL)) {
        problem_set(problem, 400, "bad-request", "Last-Event-ID must be the id of an event.");
        return FALSE;
    }
    *ret_after = (gint64)value;
    return TRUE;
}

static void start_stream(HttpRequest *request, gint64 after, const GPtrArray *first)
{
    EventStream *stream = g_new0(EventStream, 1);
    stream->server = request->listener->server;
    stream->connection = request->connection;
    stream->connections = request->connection->owner;
    stream->job = g_strdup(request->name);
    stream->after = after;
    // Something at once, so that the client sees that it is connected.
    stream->pending = g_string_new(": \n\n");
    stream->last_sent = g_get_monotonic_time();
    append_events(stream, first);
    reply_response(request, 200, CONTENT_TYPE,
                   MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, stream,
                                                     event_stream_free));
}

void handle_job_events(HttpRequest *request)
{
    Problem *problem = NULL;
    gint64 after = 0;
    g_autoptr(GPtrArray) first = NULL;
    if (read_last_event_id(request, &after, &problem))
        first = service_job_events(request->daemon, request->name, after, 0, &problem);
    if (first == NULL)
        reply_problem(request, problem);
    else if (request->head)
        reply_response(request, 200, CONTENT_TYPE,
                       MHD_create_response_from_buffer(0, (void *)(gintptr) "", MHD_RESPMEM_PERSISTENT));
    else if (!connections_begin_wait(request->connection->owner))
        reply_too_many_wait(request);
    else
        start_stream(request, after, first);
}
