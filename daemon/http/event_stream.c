// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/jobs/{id}/events. The stream asks the service for what comes after the last event it has sent, so a
// resumed stream misses nothing and repeats nothing.
#include <string.h>

#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"
#include "daemon/http/sse_stream.h"

typedef struct {
    Daemon *daemon;
    char *job;
    guint slice_ms;
    gint64 after; // sequence of the last event that was taken
} JobEvents;

static void job_events_free(gpointer data)
{
    JobEvents *source = data;
    g_free(source->job);
    g_free(source);
}

static void append_event(GString *text, const ServiceEvent *event)
{
    g_string_append_printf(text, "id: %" G_GINT64_FORMAT "\nevent: %s\n", event->sequence, event->kind);
    // A line end would end the field, so each line becomes one.
    g_auto(GStrv) lines = g_strsplit_set(event->data != NULL ? event->data : "", "\r\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        g_string_append_printf(text, "data: %s\n", lines[i]);
    g_string_append_c(text, '\n');
}

// FALSE once the last event of all is among them.
static gboolean append_events(JobEvents *source, GString *text, const GPtrArray *events)
{
    for (guint i = 0; i < events->len; i++) {
        const ServiceEvent *event = g_ptr_array_index(events, i);
        append_event(text, event);
        source->after = event->sequence;
        if (event->last)
            return FALSE;
    }
    return TRUE;
}

static gboolean next_events(GString *text, gpointer data)
{
    JobEvents *source = data;
    g_autoptr(Problem) problem = NULL;
    g_autoptr(GPtrArray) events =
        service_job_events(source->daemon, source->job, source->after, source->slice_ms, &problem);
    return events != NULL && append_events(source, text, events);
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
    static const SseSource functions = { next_events, job_events_free };
    g_autoptr(GString) text = g_string_new(NULL);
    JobEvents *source = g_new0(JobEvents, 1);
    source->daemon = request->daemon;
    source->job = g_strdup(request->name);
    source->slice_ms = request->listener->server->times.slice;
    source->after = after;
    const gboolean more = append_events(source, text, first);
    sse_stream_start(request, &functions, source, text->str, more);
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
        reply_response(request, 200, SSE_CONTENT_TYPE,
                       MHD_create_response_from_buffer(0, (void *)(gintptr) "", MHD_RESPMEM_PERSISTENT));
    else if (!connections_begin_wait(request->connection->owner))
        reply_too_many_wait(request);
    else
        start_stream(request, after, first);
}
