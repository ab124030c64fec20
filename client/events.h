// SPDX-License-Identifier: GPL-3.0-or-later
// A job's events from the first to the last, whatever happens to the connection or the daemon in between.
#pragma once

#include "client/http.h"
#include "common/json.h"

typedef struct {
    const char *job;     // id
    guint retry_seconds; // how long a daemon that is away may stay away
    gint64 deadline;     // g_get_monotonic_time() at which to give up, or 0
    // All may draw; none may call back into the Http. @data is borrowed.
    void (*on_event)(const char *kind, json_object *data, gpointer user_data);
    void (*on_lost)(const char *reason, guint seconds_left, gpointer user_data);
    void (*on_back)(gpointer user_data);
    void (*on_tick)(gpointer user_data);
    gpointer user_data;
} EventsRequest;

// Follows until the job has ended: each event once, in order (ids tell repetitions apart). Connects anew with
// Last-Event-ID when the connection breaks, the stream stays silent (the daemon sends a heartbeat every 10 s)
// or the daemon says that it cannot serve now. FALSE + HTTP_ERROR when it gives up, is interrupted or the
// deadline is over; FALSE + *@ret_refusal (the caller frees) when the daemon refuses.
gboolean events_follow(Http *http, const EventsRequest *request, HttpAnswer **ret_refusal, GError **error);
