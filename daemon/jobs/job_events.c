// SPDX-License-Identifier: GPL-3.0-or-later
// The data of a job's events as JSON texts: what clients get over HTTP, word for word.
#include "daemon/jobs/engine_private.h"

#include <json-c/json.h>

#include "common/ids.h"

static void add_text(json_object *object, const char *name, const char *text_or_null)
{
    if (text_or_null != NULL) {
        json_object_object_add(object, name, json_object_new_string(text_or_null));
    }
}

static json_object *event_new(void)
{
    json_object *object = json_object_new_object();
    g_autofree char *now = time_now_text();
    add_text(object, "time", now);
    return object;
}

static char *event_text(json_object *object)
{
    char *text = g_strdup(
        json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
    return text;
}

char *job_event_state(const char *state, const char *code, const char *message, const char *phase)
{
    json_object *object = event_new();
    add_text(object, "state", state);
    if (code != NULL) {
        json_object *error = json_object_new_object();
        add_text(error, "code", code);
        add_text(error, "message", message);
        add_text(error, "phase", phase);
        json_object_object_add(object, "error", error);
    }
    return event_text(object);
}

char *job_event_waiting(const char *text)
{
    json_object *object = event_new();
    add_text(object, "state", "queued");
    add_text(object, "waiting", text);
    return event_text(object);
}

char *job_event_phase(const char *phase, const char *state, const char *detail)
{
    json_object *object = event_new();
    add_text(object, "phase", phase);
    add_text(object, "state", state);
    add_text(object, "detail", detail);
    return event_text(object);
}

char *job_event_progress(int progress, const char *phase, guint64 done, guint64 total)
{
    json_object *object = event_new();
    json_object_object_add(object, "progress", json_object_new_int(progress));
    add_text(object, "phase", phase);
    if (total > 0) {
        json_object_object_add(object, "done", json_object_new_int64((gint64)MIN(done, G_MAXINT64)));
        json_object_object_add(object, "total", json_object_new_int64((gint64)MIN(total, G_MAXINT64)));
    }
    return event_text(object);
}

char *job_event_expected(int progress, json_object *seconds)
{
    json_object *object = event_new();
    json_object_object_add(object, "progress", json_object_new_int(progress));
    json_object_object_add(object, "expected", json_object_get(seconds));
    return event_text(object);
}

char *job_event_text(const char *phase, const char *text)
{
    json_object *object = event_new();
    add_text(object, "phase", phase);
    add_text(object, "message", text);
    return event_text(object);
}
