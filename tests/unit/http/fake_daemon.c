// SPDX-License-Identifier: GPL-3.0-or-later
// The fake's state: what tests change and what they ask for.
#include "tests/unit/http/fake_daemon.h"

#include <string.h>

Daemon *fake_daemon_new(void)
{
    Daemon *daemon = g_new0(Daemon, 1);
    g_mutex_init(&daemon->lock);
    g_cond_init(&daemon->changed);
    daemon->call = g_string_new(NULL);
    daemon->ready = TRUE;
    daemon->job_state = "running";
    daemon->events = g_ptr_array_new_with_free_func((GDestroyNotify)service_event_free);
    return daemon;
}

void fake_daemon_free(Daemon *daemon)
{
    g_assert_cmpuint(daemon->blocked, ==, 0);
    g_ptr_array_unref(daemon->events);
    g_string_free(daemon->call, TRUE);
    g_cond_clear(&daemon->changed);
    g_mutex_clear(&daemon->lock);
    g_free(daemon);
}

void fake_change(Daemon *daemon)
{
    g_cond_broadcast(&daemon->changed);
    g_mutex_unlock(&daemon->lock);
}

char *fake_take_call(Daemon *daemon)
{
    g_mutex_lock(&daemon->lock);
    char *call = g_strdup(daemon->call->str);
    g_string_truncate(daemon->call, 0);
    fake_change(daemon);
    return call;
}

guint fake_call_count(Daemon *daemon)
{
    g_mutex_lock(&daemon->lock);
    guint calls = daemon->calls;
    g_mutex_unlock(&daemon->lock);
    return calls;
}

void fake_set_ready(Daemon *daemon, gboolean ready)
{
    g_mutex_lock(&daemon->lock);
    daemon->ready = ready;
    fake_change(daemon);
}

void fake_set_job_state(Daemon *daemon, const char *state)
{
    g_mutex_lock(&daemon->lock);
    daemon->job_state = state;
    fake_change(daemon);
}

void fake_add_event(Daemon *daemon, const char *kind, const char *data, gboolean last)
{
    g_mutex_lock(&daemon->lock);
    ServiceEvent *event = g_new0(ServiceEvent, 1);
    event->sequence = (gint64)daemon->events->len + 1;
    event->kind = g_strdup(kind);
    event->data = g_strdup(data);
    event->last = last;
    g_ptr_array_add(daemon->events, event);
    fake_change(daemon);
}

void fake_stop(Daemon *daemon)
{
    g_mutex_lock(&daemon->lock);
    daemon->stopping = TRUE;
    fake_change(daemon);
}

void fake_hold_exec(Daemon *daemon)
{
    g_mutex_lock(&daemon->lock);
    daemon->exec_held = TRUE;
    fake_change(daemon);
}

void fake_release_exec(Daemon *daemon)
{
    g_mutex_lock(&daemon->lock);
    daemon->exec_held = FALSE;
    fake_change(daemon);
}

void fake_wait_for_blocked(Daemon *daemon, guint count)
{
    gint64 end = g_get_monotonic_time() + 30 * G_TIME_SPAN_SECOND;
    g_mutex_lock(&daemon->lock);
    while (daemon->blocked != count && g_cond_wait_until(&daemon->changed, &daemon->lock, end))
        continue;
    g_assert_cmpuint(daemon->blocked, ==, count);
    g_mutex_unlock(&daemon->lock);
}

void fake_record(Daemon *daemon, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_mutex_lock(&daemon->lock);
    g_string_vprintf(daemon->call, format, arguments);
    daemon->calls++;
    fake_change(daemon);
    va_end(arguments);
}

json_object *fake_canned(const char *text)
{
    GError *error = NULL;
    json_object *object = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return object;
}

gboolean fake_knows(const char *what, const char *name, const char *known, Problem **problem)
{
    if (g_str_equal(name, known))
        return TRUE;
    problem_set(problem, 404, "not-found", "There is no %s \"%s\".", what, name);
    return FALSE;
}

json_object *fake_job(Daemon *daemon)
{
    g_mutex_lock(&daemon->lock);
    g_autofree char *text = g_strdup_printf(
        "{\"id\":\"" FAKE_JOB "\",\"kind\":\"create\",\"vm\":\"" FAKE_MACHINE "\",\"state\":\"%s\","
        "\"waiting\":null,\"phase\":\"copy\",\"progress\":40,\"created\":\"2026-01-01T00:00:00.000Z\","
        "\"started\":null,\"finished\":null,\"error\":null,\"next\":null,"
        "\"steps\":[{\"phase\":\"copy\",\"state\":\"running\","
        "\"started\":null,\"finished\":null,\"detail\":null}]}",
        daemon->job_state);
    g_mutex_unlock(&daemon->lock);
    return fake_canned(text);
}

json_object *fake_wrapped_job(Daemon *daemon)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "job", fake_job(daemon));
    return object;
}

void fake_record_page(Daemon *daemon, const char *what, const ServicePage *page)
{
    fake_record(daemon, "%s state=%s vm=%s cursor=%s limit=%u", what, page->state != NULL ? page->state : "-",
                page->vm != NULL ? page->vm : "-", page->cursor != NULL ? page->cursor : "-", page->limit);
}
