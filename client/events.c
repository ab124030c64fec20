// SPDX-License-Identifier: GPL-3.0-or-later
// One connection after the other until the job's last event. The time to give up counts from the last byte of
// an event stream, so a daemon that accepts and hangs up at once does not keep us for ever.
#include "client/events.h"

#include "client/api.h"
#include "client/exit_code.h"
#include "client/interrupt.h"
#include "client/sse.h"

#include <string.h>

#define SILENCE_SECONDS 35 // three heartbeats and a half
#define DELAY_FIRST_MS  250
#define DELAY_MOST_MS   4000

typedef struct {
    Http *http;
    const EventsRequest *request;
    SseParser *parser;
    gint64 last_sequence; // of the last event handed on, or -1
    gint64 last_byte;     // monotonic time of the last sign of life
    gboolean ended;       // the final event was there
    gboolean away;        // on_lost was called
} Follow;

static gboolean is_final(const char *state)
{
    return state && (!strcmp(state, "succeeded") || !strcmp(state, "failed") || !strcmp(state, "cancelled"));
}

static void on_sse(const SseEvent *event, gpointer user_data)
{
    Follow *follow = user_data;
    gint64 sequence;
    if (g_ascii_string_to_signed(event->id, 10, 0, G_MAXINT64, &sequence, NULL)) {
        if (sequence <= follow->last_sequence)
            return;
        follow->last_sequence = sequence;
    }
    g_autoptr(json_object) data = json_parse(event->data, strlen(event->data), NULL);
    if (!json_object_is_type(data, json_type_object))
        return;
    if (!strcmp(event->kind, "state") && is_final(json_string_member(data, "state")))
        follow->ended = TRUE;
    follow->request->on_event(event->kind, data, follow->request->user_data);
}

static gboolean on_bytes(const char *bytes, gsize length, gpointer user_data)
{
    Follow *follow = user_data;
    follow->last_byte = g_get_monotonic_time();
    if (follow->away) {
        follow->away = FALSE;
        follow->request->on_back(follow->request->user_data);
    }
    return sse_parser_feed(follow->parser, bytes, length);
}

static void on_tick(gpointer user_data)
{
    Follow *follow = user_data;
    follow->request->on_tick(follow->request->user_data);
}

static HttpAnswer *connect_once(Follow *follow, GError **error)
{
    g_autofree char *path = api_path("jobs", follow->request->job, "events", NULL);
    const char *last_id = sse_parser_last_id(follow->parser);
    g_autofree char *resume = g_strconcat("Last-Event-ID: ", last_id, NULL);
    const char *headers[] = { "Accept: text/event-stream", *last_id ? resume : NULL, NULL };
    HttpRequest request = {
        .method = "GET",
        .path = path,
        .headers = headers,
        .deadline = follow->request->deadline,
        .silence_seconds = SILENCE_SECONDS,
        .on_bytes = on_bytes,
        .on_tick = on_tick,
        .user_data = follow,
    };
    sse_parser_restart(follow->parser);
    return http_send(follow->http, &request, error);
}

// The stream ended without a final event: perhaps the event is gone but the job has ended.
static gboolean job_has_ended(Follow *follow)
{
    g_autofree char *path = api_path("jobs", follow->request->job, NULL);
    HttpRequest request = { .method = "GET", .path = path, .deadline = follow->request->deadline };
    g_autoptr(HttpAnswer) answer = http_send(follow->http, &request, NULL);
    if (!answer || answer->status != 200)
        return FALSE;
    g_autoptr(json_object) document = json_parse(answer->body->str, answer->body->len, NULL);
    if (!json_object_is_type(document, json_type_object))
        return FALSE;
    return is_final(json_string_member(api_unwrap(document, "job"), "state"));
}

static gboolean is_worth_retrying(const GError *error)
{
    return g_error_matches(error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE) ||
           g_error_matches(error, HTTP_ERROR, HTTP_ERROR_BROKEN);
}

// Waits before the next attempt, saying so. FALSE when the time for that is over, with the error kept.
static gboolean wait_for_daemon(Follow *follow, const char *reason, guint *delay, GError **error)
{
    const EventsRequest *request = follow->request;
    gint64 left =
        follow->last_byte + (gint64)request->retry_seconds * G_USEC_PER_SEC - g_get_monotonic_time();
    if (left <= 0)
        return FALSE;
    follow->away = TRUE;
    request->on_lost(reason, (guint)((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC), request->user_data);
    gint64 until = g_get_monotonic_time() + MIN((gint64)*delay * 1000, left);
    if (request->deadline)
        until = MIN(until, request->deadline);
    gint64 rest;
    while ((rest = until - g_get_monotonic_time()) > 0 && interrupt_sleep((guint)MIN(rest / 1000 + 1, 250)))
        request->on_tick(request->user_data);
    *delay = MIN(*delay * 2, DELAY_MOST_MS);
    g_clear_error(error);
    if (interrupted())
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED, "interrupted");
    return !interrupted();
}

static gboolean follow_until_end(Follow *follow, HttpAnswer **ret_refusal, GError **error)
{
    guint delay = DELAY_FIRST_MS;
    while (!follow->ended) {
        gint64 before = follow->last_byte;
        g_autoptr(GError) failure = NULL;
        g_autoptr(HttpAnswer) answer = connect_once(follow, &failure);
        gboolean refused = answer && answer->status != 200;
        if (refused && exit_code_of_status(answer->status) != EXIT_UNREACHABLE) {
            *ret_refusal = g_steal_pointer(&answer);
            return FALSE;
        }
        if (follow->ended || (answer && !refused && job_has_ended(follow)))
            return TRUE;
        if (follow->last_byte > before)
            delay = DELAY_FIRST_MS;
        if (answer)
            g_set_error(&failure, HTTP_ERROR, HTTP_ERROR_UNREACHABLE, "sevend at %s %s",
                        http_place(follow->http),
                        refused ? "cannot serve now" : "ended the stream of events");
        g_autofree char *reason = g_strdup(failure->message);
        if (!is_worth_retrying(failure) || !wait_for_daemon(follow, reason, &delay, &failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return TRUE;
}

gboolean events_follow(Http *http, const EventsRequest *request, HttpAnswer **ret_refusal, GError **error)
{
    Follow follow = {
        .http = http, .request = request, .last_sequence = -1, .last_byte = g_get_monotonic_time()
    };
    g_autoptr(SseParser) parser = sse_parser_new(on_sse, &follow);
    follow.parser = parser;
    return follow_until_end(&follow, ret_refusal, error);
}
