// SPDX-License-Identifier: GPL-3.0-or-later
// The parser collects a line, then interprets it: the only state between bytes is the line so far, the event
// so far, and whether the last byte was a CR (whose LF must not count as an empty line).
#include "client/sse.h"

#include <string.h>

#define SSE_LIMIT (1024 * 1024)

struct SseParser {
    SseHandler handler;
    gpointer user_data;
    GString *line;
    GString *kind;
    GString *data;
    GString *id;      // of the event so far; becomes last_id when the event is complete
    GString *last_id; // of the last complete event: what Last-Event-ID may claim
    gint64 retry;
    gboolean has_data;
    gboolean after_cr;
    gboolean first_line; // may begin with a byte order mark
};

SseParser *sse_parser_new(SseHandler handler, gpointer user_data)
{
    SseParser *parser = g_new0(SseParser, 1);
    parser->handler = handler;
    parser->user_data = user_data;
    parser->line = g_string_new(NULL);
    parser->kind = g_string_new(NULL);
    parser->data = g_string_new(NULL);
    parser->id = g_string_new(NULL);
    parser->last_id = g_string_new(NULL);
    parser->retry = -1;
    parser->first_line = TRUE;
    return parser;
}

void sse_parser_free(SseParser *parser)
{
    if (!parser)
        return;
    g_string_free(parser->line, TRUE);
    g_string_free(parser->kind, TRUE);
    g_string_free(parser->data, TRUE);
    g_string_free(parser->id, TRUE);
    g_string_free(parser->last_id, TRUE);
    g_free(parser);
}

static void forget_event(SseParser *parser)
{
    g_string_truncate(parser->kind, 0);
    g_string_truncate(parser->data, 0);
    parser->has_data = FALSE;
}

void sse_parser_restart(SseParser *parser)
{
    forget_event(parser);
    g_string_truncate(parser->line, 0);
    g_string_assign(parser->id, parser->last_id->str);
    parser->after_cr = FALSE;
    parser->first_line = TRUE;
}

const char *sse_parser_last_id(const SseParser *parser)
{
    return parser->last_id->str;
}

gint64 sse_parser_retry(const SseParser *parser)
{
    return parser->retry;
}

static void dispatch(SseParser *parser)
{
    g_string_assign(parser->last_id, parser->id->str);
    if (parser->has_data) {
        SseEvent event = {
            .id = parser->last_id->str,
            .kind = parser->kind->len ? parser->kind->str : "message",
            .data = parser->data->str,
        };
        parser->handler(&event, parser->user_data);
    }
    forget_event(parser);
}

static gboolean take_field(SseParser *parser, const char *name, const char *value, gsize length)
{
    if (!strcmp(name, "data")) {
        if (parser->data->len + length > SSE_LIMIT)
            return FALSE;
        if (parser->has_data)
            g_string_append_c(parser->data, '\n');
        g_string_append_len(parser->data, value, (gssize)length);
        parser->has_data = TRUE;
    } else if (!strcmp(name, "event")) {
        g_string_assign(parser->kind, value);
    } else if (!strcmp(name, "id") && !memchr(value, 0, length)) {
        g_string_assign(parser->id, value);
    } else if (!strcmp(name, "retry")) {
        guint64 milliseconds;
        if (g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT, &milliseconds, NULL))
            parser->retry = (gint64)milliseconds;
    }
    return TRUE; // other names are ignored, says the standard
}

static gboolean take_line(SseParser *parser)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    GString *line = parser->line;
    if (parser->first_line && g_str_has_prefix(line->str, byte_order_mark))
        g_string_erase(line, 0, 3);
    parser->first_line = FALSE;
    gboolean ok = TRUE;
    if (line->len == 0) {
        dispatch(parser);
    } else if (line->str[0] != ':') {
        char *colon = memchr(line->str, ':', line->len);
        const char *value = "";
        gsize length = 0;
        if (colon) {
            value = colon[1] == ' ' ? colon + 2 : colon + 1;
            length = line->len - (gsize)(value - line->str);
            *colon = '\0';
        }
        ok = take_field(parser, line->str, value, length);
    }
    g_string_truncate(line, 0);
    return ok;
}

gboolean sse_parser_feed(SseParser *parser, const char *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        char c = bytes[i];
        gboolean second_half = c == '\n' && parser->after_cr;
        parser->after_cr = c == '\r';
        if (second_half)
            continue;
        if (c == '\r' || c == '\n') {
            if (!take_line(parser))
                return FALSE;
        } else {
            if (parser->line->len >= SSE_LIMIT)
                return FALSE;
            g_string_append_c(parser->line, c);
        }
    }
    return TRUE;
}
