// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs and their events as the API shows them.
#include <string.h>

#include "daemon/library/job_evidence.h"
#include "daemon/service/service_parts.h"

static gboolean has_ended(const StoreJob *job)
{
    static const char *const ended[] = { "succeeded", "failed", "cancelled", NULL };
    return g_strv_contains(ended, job->state);
}

static StoreJob *find_job(Daemon *daemon, const char *id, Problem **problem)
{
    GError *error = NULL;
    StoreJob *job = NULL;
    if (store_job_get(daemon->store, id, &job, &error))
        return job;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        problem_set(problem, 404, "not-found", "job \"%s\": no such job", id);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

json_object *service_job_list(Daemon *daemon, const ServicePage *page, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) jobs =
        store_job_list(daemon->store, page->vm, page->state, page->cursor, page->limit, &error);
    if (!jobs) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *array = json_object_new_array();
    for (guint i = 0; i < jobs->len; i++)
        json_object_array_add(array, job_to_json(daemon, jobs->pdata[i]));
    json_object *object = json_object_new_object();
    json_object_object_add(object, "jobs", array);
    const StoreJob *last = jobs->len == page->limit ? jobs->pdata[jobs->len - 1] : NULL;
    json_add_text(object, "next_cursor", last ? last->id : NULL);
    return object;
}

json_object *service_job_show(Daemon *daemon, const char *id, guint wait_seconds, Problem **problem)
{
    g_autoptr(StoreJob) job = find_job(daemon, id, problem);
    if (job && wait_seconds > 0 && !has_ended(job)) {
        job_engine_wait_end(daemon->jobs, id, wait_seconds * 1000);
        store_job_free(job);
        job = find_job(daemon, id, problem);
    }
    if (!job)
        return NULL;
    GError *error = NULL;
    json_object *object = job_to_json_with_steps(daemon, job, &error);
    if (!object)
        service_problem(problem, error);
    return object;
}

json_object *service_job_answer(Daemon *daemon, char *job_id, Problem **problem)
{
    g_autofree char *id = job_id;
    json_object *job = service_job_show(daemon, id, 0, problem);
    if (!job)
        return NULL;
    json_object *object = json_object_new_object();
    json_object_object_add(object, "job", job);
    return object;
}

// What goes on from a job that is cancelled is not wanted either; first, so that it does not begin.
static gboolean cancel_with_next(Daemon *daemon, const StoreJob *job, GError **error)
{
    return (!job->next || job_engine_cancel(daemon->jobs, job->next, error)) &&
           job_engine_cancel(daemon->jobs, job->id, error);
}

json_object *service_job_cancel(Daemon *daemon, const char *id, Problem **problem)
{
    g_autoptr(StoreJob) job = find_job(daemon, id, problem);
    if (!job)
        return NULL;
    if (has_ended(job)) {
        problem_set(problem, 409, "wrong-state", "job %s has ended already: %s", id, job->state);
        return NULL;
    }
    GError *error = NULL;
    if (!cancel_with_next(daemon, job, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    return service_job_answer(daemon, g_strdup(id), problem);
}

static void append_log_line(GString *text, const StoreEvent *event)
{
    static const char *const shown[] = { "phase",   "state", "waiting", "detail",
                                         "message", "line",  "error",   NULL };
    g_autoptr(json_object) data = json_parse(event->data, strlen(event->data), NULL);
    g_string_append_printf(text, "%s %s", event->time, event->kind);
    for (gsize i = 0; data && shown[i]; i++) {
        json_object *member = NULL;
        if (!json_object_object_get_ex(data, shown[i], &member) || !member)
            continue;
        if (json_object_is_type(member, json_type_string))
            g_string_append_printf(text, " %s", json_object_get_string(member));
        else if (json_object_is_type(member, json_type_object) && json_string_member(member, "message"))
            g_string_append_printf(text, " [%s] %s", json_string_member(member, "code"),
                                   json_string_member(member, "message"));
    }
    g_string_append_c(text, '\n');
}

char *service_job_log(Daemon *daemon, const char *id, Problem **problem)
{
    g_autoptr(StoreJob) job = find_job(daemon, id, problem);
    if (!job)
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    gint64 after = 0;
    for (;;) {
        GError *error = NULL;
        g_autoptr(GPtrArray) events = store_event_list(daemon->store, id, after, 500, &error);
        if (!events) {
            service_problem(problem, error);
            return NULL;
        }
        for (guint i = 0; i < events->len; i++) {
            const StoreEvent *event = events->pdata[i];
            after = event->sequence;
            if (strcmp(event->kind, "progress") != 0) // percentages are no news in a log
                append_log_line(text, event);
        }
        if (events->len < 500)
            return g_string_free(g_steal_pointer(&text), FALSE);
    }
}

void service_event_free(ServiceEvent *event)
{
    g_free(event->kind);
    g_free(event->data);
    g_free(event);
}

// The event that ends a stream: "state" with a state that is final.
static gboolean is_last(const StoreEvent *event)
{
    if (strcmp(event->kind, "state") != 0)
        return FALSE;
    static const char *const ended[] = { "succeeded", "failed", "cancelled", NULL };
    g_autoptr(json_object) data = json_parse(event->data, strlen(event->data), NULL);
    const char *state = data ? json_string_member(data, "state") : NULL;
    return state && g_strv_contains(ended, state);
}

static GPtrArray *read_events(Daemon *daemon, const char *id, gint64 after, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) stored = store_event_list(daemon->store, id, after, 100, &error);
    if (!stored) {
        service_problem(problem, error);
        return NULL;
    }
    GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)service_event_free);
    for (guint i = 0; i < stored->len; i++) {
        const StoreEvent *row = stored->pdata[i];
        ServiceEvent *event = g_new0(ServiceEvent, 1);
        event->sequence = row->sequence;
        event->kind = g_strdup(row->kind);
        event->data = g_strdup(row->data);
        event->last = is_last(row);
        g_ptr_array_add(events, event);
    }
    return events;
}

GPtrArray *service_job_events(Daemon *daemon, const char *id, gint64 after, guint timeout_ms,
                              Problem **problem)
{
    g_autoptr(StoreJob) job = find_job(daemon, id, problem);
    if (!job)
        return NULL;
    GPtrArray *events = read_events(daemon, id, after, problem);
    if (!events || events->len > 0)
        return events;
    if (has_ended(job)) { // resumed behind the last event: say so once more, so that the client can stop
        ServiceEvent *event = g_new0(ServiceEvent, 1);
        g_autoptr(json_object) data = json_object_new_object();
        json_add_text(data, "time", job->finished);
        json_add_text(data, "state", job->state);
        event->sequence = after;
        event->kind = g_strdup("state");
        event->data = g_strdup(json_object_to_json_string_ext(data, JSON_C_TO_STRING_PLAIN));
        event->last = TRUE;
        g_ptr_array_add(events, event);
        return events;
    }
    g_ptr_array_unref(events);
    if (!job_engine_wait_event(daemon->jobs, id, after, timeout_ms)) {
        problem_set(problem, 503, "stopping", "the daemon is stopping");
        return NULL;
    }
    return read_events(daemon, id, after, problem);
}

json_object *service_job_evidence(Daemon *daemon, const char *id, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreJob) job = find_job(daemon, id, problem);
    json_object *files = job ? job_evidence_list(daemon, id, &error) : NULL;
    if (error)
        service_problem(problem, error);
    if (!files)
        return NULL;
    json_object *object = json_object_new_object();
    json_add_text(object, "job", id);
    json_object_object_add(object, "files", files);
    return object;
}

int service_job_evidence_open(Daemon *daemon, const char *id, const char *file, guint64 *ret_size,
                              const char **ret_type, Problem **problem)
{
    GError *error = NULL;
    const int fd = job_evidence_open(daemon, id, file, ret_size, ret_type, &error);
    if (fd < 0)
        service_problem(problem, error);
    return fd;
}
