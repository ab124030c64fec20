// SPDX-License-Identifier: GPL-3.0-or-later
// Server-sent events as bytes: the event stream format of the HTML standard, section 9.2 ("Parsing an event
// stream"). Knows no HTTP and no jobs. Bytes may come in pieces cut anywhere.
#pragma once

#include <glib.h>

typedef struct {
    const char *id;   // last id seen on this stream, "" if none yet
    const char *kind; // "message" if the stream named none
    const char *data; // lines joined by LF
} SseEvent;

// @event is valid during the call only.
typedef void (*SseHandler)(const SseEvent *event, gpointer user_data);

typedef struct SseParser SseParser;
SseParser *sse_parser_new(SseHandler handler, gpointer user_data);
void sse_parser_free(SseParser *parser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SseParser, sse_parser_free)

// FALSE if the stream breaks a limit (a line or an event beyond 1 MiB): give the connection up.
gboolean sse_parser_feed(SseParser *parser, const char *bytes, gsize length);
// A new connection begins: forgets what came in part, keeps the last id.
void sse_parser_restart(SseParser *parser);
// For Last-Event-ID; "" if there was none. Borrowed until the next feed.
const char *sse_parser_last_id(const SseParser *parser);
// Milliseconds from the stream's last "retry:" line, or -1.
gint64 sse_parser_retry(const SseParser *parser);
