// SPDX-License-Identifier: GPL-3.0-or-later
// The fake's job and its events, with waits that end as the real ones do.
#include "tests/unit/http/fake_daemon.h"

json_object *service_job_list(Daemon *daemon, const ServicePage *page, Problem **problem)
{
    (void)problem;
    fake_record_page(daemon, "job_list", page);
    json_object *list = fake_canned("{\"jobs\":[],\"next_cursor\":\"" FAKE_JOB "\"}");
    json_object *jobs;
    json_object_object_get_ex(list, "jobs", &jobs);
    json_object_array_add(jobs, fake_job(daemon));
    return list;
}

// With the lock held: waits until the job has ended, @milliseconds have passed or the daemon stops.
static void wait_for_end(Daemon *daemon, guint milliseconds)
{
    gint64 end = g_get_monotonic_time() + (gint64)milliseconds * G_TIME_SPAN_MILLISECOND;
    daemon->blocked++;
    g_cond_broadcast(&daemon->changed);
    while (g_str_equal(daemon->job_state, "running") && !daemon->stopping &&
           g_cond_wait_until(&daemon->changed, &daemon->lock, end))
        continue;
    daemon->blocked--;
    g_cond_broadcast(&daemon->changed);
}

json_object *service_job_show(Daemon *daemon, const char *id, guint wait_seconds, Problem **problem)
{
    if (wait_seconds == 0)
        fake_record(daemon, "job_show %s", id);
    if (!fake_knows("job", id, FAKE_JOB, problem))
        return NULL;
    g_mutex_lock(&daemon->lock);
    if (wait_seconds > 0)
        wait_for_end(daemon, wait_seconds * 1000);
    g_mutex_unlock(&daemon->lock);
    return fake_job(daemon);
}

json_object *service_job_cancel(Daemon *daemon, const char *id, Problem **problem)
{
    fake_record(daemon, "job_cancel %s", id);
    return fake_knows("job", id, FAKE_JOB, problem) ? fake_wrapped_job(daemon) : NULL;
}

char *service_job_log(Daemon *daemon, const char *id, Problem **problem)
{
    fake_record(daemon, "job_log %s", id);
    return fake_knows("job", id, FAKE_JOB, problem) ? g_strdup("2026-01-01T00:00:00Z copy running\n") : NULL;
}

void service_event_free(ServiceEvent *event)
{
    g_free(event->kind);
    g_free(event->data);
    g_free(event);
}

static GPtrArray *events_after(Daemon *daemon, gint64 after)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)service_event_free);
    for (guint i = 0; i < daemon->events->len; i++) {
        const ServiceEvent *event = g_ptr_array_index(daemon->events, i);
        if (event->sequence <= after)
            continue;
        ServiceEvent *copy = g_new0(ServiceEvent, 1);
        *copy = *event;
        copy->kind = g_strdup(event->kind);
        copy->data = g_strdup(event->data);
        g_ptr_array_add(found, copy);
    }
    return found;
}

GPtrArray *service_job_events(Daemon *daemon, const char *id, gint64 after, guint timeout_ms,
                              Problem **problem)
{
    if (timeout_ms == 0)
        fake_record(daemon, "job_events %s after=%" G_GINT64_FORMAT, id, after);
    if (!fake_knows("job", id, FAKE_JOB, problem))
        return NULL;
    gint64 end = g_get_monotonic_time() + (gint64)timeout_ms * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&daemon->lock);
    daemon->blocked++;
    g_cond_broadcast(&daemon->changed);
    while ((gint64)daemon->events->len <= after && !daemon->stopping &&
           g_cond_wait_until(&daemon->changed, &daemon->lock, end))
        continue;
    daemon->blocked--;
    GPtrArray *events = NULL;
    if (daemon->stopping)
        problem_set(problem, 503, "stopping", "The daemon stops.");
    else
        events = events_after(daemon, after);
    fake_change(daemon);
    return events;
}
