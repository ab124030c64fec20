// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/jobs and /v1/jobs/{id}, with ?wait=. Events are in event_stream.c.
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define MAX_WAIT_SECONDS 60

static const char *const job_states[] = { "queued", "running", "succeeded", "failed", "cancelled", NULL };

static gboolean has_ended(json_object *job)
{
    const char *state = json_string_member(job, "state");
    return g_strcmp0(state, "queued") != 0 && g_strcmp0(state, "running") != 0;
}

void handle_job_list(HttpRequest *request)
{
    Problem *problem = NULL;
    ServicePage page;
    json_object *list = NULL;
    if (query_page(request, job_states, &page, &problem))
        list = service_job_list(request->daemon, &page, &problem);
    reply_json(request, 200, list, problem);
}

// Waits in slices, so that a stop of the server or a client that has gone ends it early.
static json_object *wait_for_end(const HttpRequest *request, guint seconds, Problem **problem)
{
    guint slice = MAX(request->listener->server->times.slice / 1000, 1);
    json_object *job = service_job_show(request->daemon, request->name, 0, problem);
    while (job != NULL && seconds > 0 && !has_ended(job) && !request_should_end(request)) {
        json_object_put(job);
        slice = MIN(slice, seconds);
        job = service_job_show(request->daemon, request->name, slice, problem);
        seconds -= slice;
    }
    return job;
}

void handle_job_show(HttpRequest *request)
{
    g_autoptr(Faults) faults = faults_new();
    Problem *problem = NULL;
    json_object *job = NULL;
    guint wait = query_number(request, "wait", 0, MAX_WAIT_SECONDS, 0, faults);
    if (faults_count(faults) > 0) {
        problem_set_faults(&problem, &faults);
    } else if (wait == 0) {
        job = service_job_show(request->daemon, request->name, 0, &problem);
    } else if (connections_begin_wait(request->listener->connections)) {
        job = wait_for_end(request, wait, &problem);
        connections_end_wait(request->listener->connections);
    } else {
        reply_too_many_wait(request);
        return;
    }
    reply_json(request, 200, job, problem);
}

void handle_job_cancel(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *job = service_job_cancel(request->daemon, request->name, &problem);
    reply_job(request, job, problem);
}

void handle_job_log(HttpRequest *request)
{
    Problem *problem = NULL;
    char *log = service_job_log(request->daemon, request->name, &problem);
    reply_text(request, "text/plain; charset=utf-8", log, problem);
}

void handle_job_evidence(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list = service_job_evidence(request->daemon, request->name, &problem);
    reply_json(request, 200, list, problem);
}

void handle_job_evidence_file(HttpRequest *request)
{
    const GPtrArray *segments = request->url->segments;
    Problem *problem = NULL;
    guint64 size = 0;
    const char *type = "application/octet-stream";
    const int fd =
        service_job_evidence_open(request->daemon, request->name,
                                  g_ptr_array_index(segments, segments->len - 1), &size, &type, &problem);
    reply_file(request, type, fd, size, problem);
}
