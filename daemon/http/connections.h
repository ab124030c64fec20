// SPDX-License-Identifier: GPL-3.0-or-later
// The connections of one listener: how many there are, how long each may take to send a request or to read
// its answer, how many may wait for something. Does not read or write a byte: that is libmicrohttpd's.
//
// libmicrohttpd's own limit is one of inactivity: a client that sends a byte now and then holds its thread
// for ever. So its time-out is off (in 0.9.75 it also spins for the last second before it fires) and a thread
// here shuts down the socket of a connection whose deadline has passed; libmicrohttpd then sees the end and
// closes.
#pragma once

#include <glib.h>

// Milliseconds. Tests use shorter ones.
typedef struct {
    guint header;    // from the connection's or the previous answer's end to the end of the request's headers
    guint body;      // for the body
    guint send;      // for an answer of no size; large ones get more, see connection_sending()
    guint heartbeat; // an event stream is never silent for longer
    guint slice;     // how often a blocked handler looks at its client and at the server's stop
    guint stop;      // http_server_stop() lets running requests end for so long before it cuts them off
} HttpTimes;
extern const HttpTimes http_default_times;

typedef struct Connections Connections;

typedef struct {
    Connections *owner;
    int fd;              // libmicrohttpd's; valid until connections_remove()
    gboolean over_limit; // came when @limit were there already: gets one refusal, then the end
    // For access.c, in the connection's own thread only.
    gboolean identified;
    gboolean allowed;
    char *peer;         // "uid=0 pid=12" or an address, for the log
    guint64 span_bytes; // of a streamed body, since its deadline was last put off
    // Guarded by the owner's lock.
    gint64 deadline; // monotonic microseconds, or 0
    gboolean busy;
    GList *link;
} Connection;

// @limit: connections that are served at a time; half of them, at least one, may wait (event streams, ?wait=,
// exec).
Connections *connections_new(guint limit, const HttpTimes *times);
// All connections must have been removed.
void connections_free(Connections *connections);
const HttpTimes *connections_times(const Connections *connections);

// Called by libmicrohttpd's accepting thread, when a connection begins and before its socket is closed.
Connection *connections_add(Connections *connections, int fd);
void connections_remove(Connection *connection);

// What the connection does now; each sets its deadline.
void connection_idle(Connection *connection);      // waits for a request's headers
void connection_receiving(Connection *connection); // reads the body
// The body is a long one, of which @bytes have come: as long as it keeps coming at more than the slowest rate
// that is served (32 KiB/s over each span of HttpTimes.body), it may take as long as it likes.
void connection_streaming(Connection *connection, gsize bytes);
void connection_working(Connection *connection); // a handler runs: no deadline
void connection_sending(Connection *connection, gsize bytes);

// TRUE if the client has closed its end, or its half of it: nobody waits for the answer.
gboolean connection_client_is_gone(const Connection *connection);

// FALSE if too many wait already; TRUE must be paired with connections_end_wait().
gboolean connections_begin_wait(Connections *connections);
void connections_end_wait(Connections *connections);

// Waits up to @milliseconds until no connection works or sends; FALSE if one still does.
gboolean connections_wait_quiet(Connections *connections, guint milliseconds);
