// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/http/sse_stream.h"

#include <string.h>

#include "daemon/http/reply.h"

#define BLOCK_BYTES (64 * 1024)

typedef struct {
    const SseSource *functions;
    gpointer source;
    HttpServer *server;
    Connections *connections; // the answer may outlive its connection by a moment
    Connection *connection;
    GString *pending; // text to send, from @sent on
    gsize sent;
    gint64 last_sent;  // monotonic microseconds
    gboolean finished; // @pending is the last of it
} SseStream;

static void stream_free(void *data)
{
    SseStream *stream = data;
    stream->functions->free(stream->source);
    connections_end_wait(stream->connections);
    g_string_free(stream->pending, TRUE);
    g_free(stream);
}

static void append_heartbeat(SseStream *stream)
{
    const gint64 heartbeat = (gint64)stream->server->times.heartbeat * G_TIME_SPAN_MILLISECOND;
    if (g_get_monotonic_time() - stream->last_sent >= heartbeat)
        g_string_append(stream->pending, ": \n\n");
}

// Blocks until there is something to send or the stream ends. FALSE: it ends.
static gboolean fill(SseStream *stream)
{
    g_string_truncate(stream->pending, 0);
    stream->sent = 0;
    while (stream->pending->len == 0) {
        if (stream->finished || http_server_is_stopping(stream->server) ||
            connection_client_is_gone(stream->connection))
            return FALSE;
        stream->finished = !stream->functions->next(stream->pending, stream->source);
        if (stream->pending->len == 0)
            append_heartbeat(stream);
    }
    return TRUE;
}

static ssize_t read_stream(void *data, uint64_t position, char *buffer, size_t size)
{
    (void)position;
    SseStream *stream = data;
    connection_working(stream->connection);
    const gboolean more = stream->sent < stream->pending->len || fill(stream);
    connection_sending(stream->connection, 0);
    if (!more)
        return MHD_CONTENT_READER_END_OF_STREAM;
    const gsize count = MIN(size, stream->pending->len - stream->sent);
    memcpy(buffer, stream->pending->str + stream->sent, count);
    stream->sent += count;
    stream->last_sent = g_get_monotonic_time();
    return (ssize_t)count;
}

void sse_stream_start(HttpRequest *request, const SseSource *functions, gpointer source, const char *first,
                      gboolean more)
{
    SseStream *stream = g_new0(SseStream, 1);
    stream->functions = functions;
    stream->source = source;
    stream->server = request->listener->server;
    stream->connections = request->connection->owner;
    stream->connection = request->connection;
    // Something at once, so that the client sees that it is connected.
    stream->pending = g_string_new(": \n\n");
    if (first != NULL)
        g_string_append(stream->pending, first);
    stream->finished = !more;
    stream->last_sent = g_get_monotonic_time();
    reply_response(
        request, 200, SSE_CONTENT_TYPE,
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, stream, stream_free));
}
