// SPDX-License-Identifier: GPL-3.0-or-later
// An answer of server-sent events (WHATWG HTML, 9.2), without end until its source says so. Between events it
// sends comments, which also find out that a client has gone. libmicrohttpd calls it in the connection's own
// thread, which may block; an answer of no bytes would make it spin.
#pragma once

#include "daemon/http/request.h"

#define SSE_CONTENT_TYPE "text/event-stream"

typedef struct {
    // Appends the next events to @text, or nothing if none came within a moment. FALSE: there are no more.
    gboolean (*next)(GString *text, gpointer source);
    void (*free)(gpointer source);
} SseSource;

// Answers the request, which counts among those that wait already (connections_begin_wait()) and does so
// until the stream has ended. Takes @source. @first: events to begin with, or NULL; @more: whether others may
// follow.
void sse_stream_start(HttpRequest *request, const SseSource *functions, gpointer source, const char *first,
                      gboolean more);
