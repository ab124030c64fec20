// SPDX-License-Identifier: GPL-3.0-or-later
// Events in, time line out. Events may come twice (a daemon that restarted repeats a phase), so a phase that
// begins again restarts its entry rather than adding one.
#include "client/timeline.h"

#include "client/terminal.h"

#include <string.h>

static void phase_free(gpointer data)
{
    Phase *phase = data;
    g_free(phase->name);
    g_free(phase->detail);
    g_free(phase);
}

Timeline *timeline_new(void)
{
    Timeline *timeline = g_new0(Timeline, 1);
    timeline->phases = g_ptr_array_new_with_free_func(phase_free);
    timeline->state = g_strdup("queued");
    return timeline;
}

void timeline_free(Timeline *timeline)
{
    if (!timeline)
        return;
    g_ptr_array_unref(timeline->phases);
    g_free(timeline->state);
    g_free(timeline->waiting);
    g_free(timeline->message);
    g_clear_pointer(&timeline->expected, g_hash_table_unref);
    g_free(timeline);
}

const Phase *timeline_running(const Timeline *timeline)
{
    for (guint i = timeline->phases->len; i-- > 0;) {
        const Phase *phase = timeline->phases->pdata[i];
        if (phase->state == PHASE_RUNNING)
            return phase;
    }
    return NULL;
}

static Phase *find_phase(Timeline *timeline, const char *name)
{
    for (guint i = 0; i < timeline->phases->len; i++) {
        Phase *phase = timeline->phases->pdata[i];
        if (!strcmp(phase->name, name))
            return phase;
    }
    return NULL;
}

static Phase *begin_phase(Timeline *timeline, const char *name, gint64 time)
{
    Phase *phase = find_phase(timeline, name);
    if (!phase) {
        phase = g_new0(Phase, 1);
        phase->name = g_strdup(name);
        g_ptr_array_add(timeline->phases, phase);
    }
    phase->state = PHASE_RUNNING;
    phase->started = time;
    phase->finished = 0;
    timeline->done = timeline->total = 0;
    if (!timeline->started)
        timeline->started = time;
    return phase;
}

static TimelineChange take_phase(Timeline *timeline, json_object *data, gint64 time, const Phase **ret_phase)
{
    static const struct {
        const char *text;
        PhaseState state;
    } ends[] = { { "done", PHASE_DONE }, { "failed", PHASE_FAILED }, { "skipped", PHASE_SKIPPED } };
    const char *state = json_string_member(data, "state");
    const char *raw_name = json_string_member(data, "phase");
    if (!state || !raw_name)
        return CHANGE_NONE;
    g_autofree char *name = safe_line(raw_name);
    Phase *phase = find_phase(timeline, name);
    if (!strcmp(state, "running")) {
        if (phase && phase->state == PHASE_RUNNING)
            return CHANGE_NONE; // told again after a restart
        *ret_phase = begin_phase(timeline, name, time);
        return CHANGE_BEGAN;
    }
    if (!strcmp(state, "undone")) {
        *ret_phase = phase;
        return phase ? CHANGE_UNDONE : CHANGE_NONE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (strcmp(ends[i].text, state) != 0)
            continue;
        if (!phase)
            phase = begin_phase(timeline, name, time);
        const char *detail = json_string_member(data, "detail");
        phase->state = ends[i].state;
        phase->finished = time;
        g_free(phase->detail);
        phase->detail = detail && *detail ? safe_line(detail) : NULL;
        timeline->done = timeline->total = 0;
        *ret_phase = phase;
        return CHANGE_ENDED;
    }
    return CHANGE_NONE;
}

static void take_expected(Timeline *timeline, json_object *seconds)
{
    if (!json_object_is_type(seconds, json_type_object))
        return;
    g_clear_pointer(&timeline->expected, g_hash_table_unref);
    timeline->expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_object_object_foreach(seconds, phase, value)
    {
        const double number = json_object_get_double(value);
        gint64 *microseconds = g_new0(gint64, 1);
        *microseconds = (gint64)(CLAMP(number, 0.0, 1e6) * G_USEC_PER_SEC);
        g_hash_table_insert(timeline->expected, safe_line(phase), microseconds);
    }
}

// Of the phase's expected time: how much has passed. One that takes longer stays just short of its end.
static gint64 passed(const Phase *phase, gint64 expected, gint64 now)
{
    return phase->state == PHASE_RUNNING ? CLAMP(now - phase->started, 0, expected - expected / 50)
                                         : expected;
}

// *@ret_total: of all phases; *@ret_passed: of those that are over or run.
static void estimate(const Timeline *timeline, gint64 now, gint64 *ret_passed, gint64 *ret_total)
{
    GHashTableIter iter;
    gpointer name, value;
    *ret_passed = *ret_total = 0;
    g_hash_table_iter_init(&iter, timeline->expected);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const gint64 expected = *(gint64 *)value;
        *ret_total += expected;
        for (guint i = 0; i < timeline->phases->len; i++) {
            const Phase *phase = timeline->phases->pdata[i];
            if (strcmp(phase->name, name) == 0)
                *ret_passed += passed(phase, expected, now);
        }
    }
}

int timeline_percent(const Timeline *timeline, gint64 now)
{
    gint64 done = 0, total = 0;
    if (!timeline->expected)
        return timeline->percent;
    estimate(timeline, now, &done, &total);
    const int by_time = total > 0 ? (int)MIN(done * 100 / total, 99) : 0;
    return MAX(timeline->percent, by_time);
}

gint64 timeline_left(const Timeline *timeline, gint64 now)
{
    gint64 done = 0, total = 0;
    if (!timeline->expected || !timeline_running(timeline))
        return -1;
    estimate(timeline, now, &done, &total);
    return total - done;
}

TimelineChange timeline_take(Timeline *timeline, const char *kind, json_object *data, gint64 now,
                             const Phase **ret_phase)
{
    *ret_phase = NULL;
    if (!json_object_is_type(data, json_type_object))
        return CHANGE_NONE;
    gint64 time = time_parse(json_string_member(data, "time"), now);
    if (!strcmp(kind, "phase"))
        return take_phase(timeline, data, time, ret_phase);
    if (!strcmp(kind, "progress")) {
        timeline->percent = (int)CLAMP(json_int_member(data, "progress", 0), timeline->percent, 100);
        timeline->done = json_int_member(data, "done", 0);
        timeline->total = json_int_member(data, "total", 0);
        take_expected(timeline, json_object_object_get(data, "expected"));
        return CHANGE_OTHER;
    }
    if (!strcmp(kind, "state") && json_string_member(data, "state")) {
        const char *waiting = json_string_member(data, "waiting");
        g_free(timeline->state);
        timeline->state = safe_line(json_string_member(data, "state"));
        g_clear_pointer(&timeline->waiting, g_free);
        timeline->waiting = waiting ? safe_line(waiting) : NULL;
        return waiting ? CHANGE_WAITS : CHANGE_OTHER;
    }
    gboolean is_message = !strcmp(kind, "log") || !strcmp(kind, "console");
    if (is_message && json_string_member(data, "message")) {
        g_free(timeline->message);
        timeline->message = safe_line(json_string_member(data, "message"));
        return CHANGE_MESSAGE;
    }
    return CHANGE_NONE;
}

gint64 time_parse(const char *text, gint64 otherwise)
{
    g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    if (!time)
        return otherwise;
    return g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
}

char *duration_text(gint64 microseconds)
{
    gint64 seconds = MAX(microseconds, 0) / G_USEC_PER_SEC;
    if (seconds < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " s", seconds);
    if (seconds < 3600)
        return g_strdup_printf("%" G_GINT64_FORMAT " min %02d s", seconds / 60, (int)(seconds % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT " h %02d min", seconds / 3600, (int)(seconds / 60 % 60));
}
