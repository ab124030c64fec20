// SPDX-License-Identifier: GPL-3.0-or-later
// Kept with the disc's other findings, under its identity: {"runs": [{"job", "seconds": {phase: number}}]}.
#include "daemon/install/phase_times.h"

#include <string.h>

#include "common/json.h"
#include "daemon/library/discs.h"

#define FINDING "phase-times"

static json_object *read_runs(Daemon *daemon, const Disc *disc)
{
    g_autoptr(json_object) finding = disc_finding(daemon, disc, FINDING, NULL);
    json_object *runs = finding ? json_object_object_get(finding, "runs") : NULL;
    return json_object_is_type(runs, json_type_array) ? json_object_get(runs) : json_object_new_array();
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// FALSE if a run lacks the phase.
static gboolean median_of(json_object *runs, const char *phase, double *ret_median)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    for (gsize i = 0; i < json_object_array_length(runs); i++) {
        json_object *seconds = json_object_object_get(json_object_array_get_idx(runs, i), "seconds");
        json_object *value = seconds ? json_object_object_get(seconds, phase) : NULL;
        const double number = value ? json_object_get_double(value) : -1;
        if (number < 0)
            return FALSE;
        g_array_append_val(values, number);
    }
    qsort(values->data, values->len, sizeof(double), compare);
    *ret_median = g_array_index(values, double, values->len / 2);
    return TRUE;
}

json_object *phase_times_median(json_object *runs)
{
    json_object *last = json_object_array_get_idx(runs, json_object_array_length(runs) - 1);
    json_object *phases = last ? json_object_object_get(last, "seconds") : NULL;
    if (!phases)
        return NULL;
    json_object *medians = json_object_new_object();
    json_object_object_foreach(phases, phase, value)
    {
        double median = 0;
        (void)value;
        if (median_of(runs, phase, &median))
            json_object_object_add(medians, phase, json_object_new_double(median));
    }
    return medians;
}

void phase_times_expect(Job *job, const char *disc)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(Disc) found = disc_find(daemon, disc, NULL);
    g_autoptr(json_object) runs = found ? read_runs(daemon, found) : NULL;
    g_autoptr(json_object) medians =
        runs && json_object_array_length(runs) > 0 ? phase_times_median(runs) : NULL;
    if (medians)
        job_expect(job, medians);
}

// {phase: seconds} of the steps that were done.
static json_object *seconds_of(Daemon *daemon, const char *job)
{
    json_object *seconds = json_object_new_object();
    g_autoptr(GPtrArray) steps = store_step_list(daemon->store, job, NULL);
    for (guint i = 0; steps && i < steps->len; i++) {
        const StoreStep *step = steps->pdata[i];
        g_autoptr(GDateTime) from = step->started ? g_date_time_new_from_iso8601(step->started, NULL) : NULL;
        g_autoptr(GDateTime) to = step->finished ? g_date_time_new_from_iso8601(step->finished, NULL) : NULL;
        if (strcmp(step->state, "done") == 0 && from && to)
            json_object_object_add(seconds, step->phase,
                                   json_object_new_double((double)MAX(0, g_date_time_difference(to, from)) /
                                                          G_TIME_SPAN_SECOND));
    }
    return seconds;
}

static gboolean has_run(json_object *runs, const char *job)
{
    for (gsize i = 0; i < json_object_array_length(runs); i++)
        if (g_strcmp0(json_string_member(json_object_array_get_idx(runs, i), "job"), job) == 0)
            return TRUE;
    return FALSE;
}

void phase_times_learn(Job *job, const char *disc)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(Disc) found = disc_find(daemon, disc, NULL);
    g_autoptr(json_object) runs = found ? read_runs(daemon, found) : NULL;
    if (!runs || has_run(runs, job_id(job)))
        return;
    json_object *run = json_object_new_object();
    json_object_object_add(run, "job", json_object_new_string(job_id(job)));
    json_object_object_add(run, "seconds", seconds_of(daemon, job_id(job)));
    json_object_array_add(runs, run);
    const gsize count = json_object_array_length(runs);
    if (count > PHASE_TIMES_RUNS)
        json_object_array_del_idx(runs, 0, count - PHASE_TIMES_RUNS);
    g_autoptr(json_object) finding = json_object_new_object();
    json_object_object_add(finding, "runs", json_object_get(runs));
    g_autoptr(GError) error = NULL;
    if (!disc_finding_keep(daemon, found, FINDING, finding, &error))
        g_warning("disc %s: phase times: %s, ignoring", disc, error->message);
}
