// SPDX-License-Identifier: GPL-3.0-or-later
// The percentage of a whole job, from the weights of its steps. It never goes back, not even when a step is
// run again after a restart.
#include "daemon/jobs/engine_private.h"

// Each percentage that is stored costs an fsync.
#define LEAST_INTERVAL (1 * G_TIME_SPAN_SECOND)

int job_percentage(const Job *job, double fraction)
{
    double total = 0;
    double done = 0;
    for (gsize i = 0; i < job->kind->step_count; i++) {
        const JobStep *step = &job->kind->steps[i];
        const double weight = job->expected != NULL ? job->expected[i] : step->weight;
        total += weight;
        if (step == job->step) {
            done += weight * CLAMP(fraction, 0.0, 1.0);
        } else if (job->states[i] == STEP_DONE || job->states[i] == STEP_SKIPPED) {
            done += weight;
        }
    }
    int percentage = total > 0 ? (int)(100.0 * done / total) : 0;
    return CLAMP(percentage, job->progress, MAX(job->progress, 99));
}

gboolean job_write_progress(Job *job, int progress, guint64 done, guint64 total, GError **error)
{
    return store_job_set_progress(job->engine->store, job->id, progress, error) &&
           job_write_event(
               job, "progress",
               job_event_progress(progress, job->step != NULL ? job->step->phase : NULL, done, total), error);
}

typedef struct {
    int progress;
    guint64 done, total;
} Advance;

static gboolean write_advance(Job *job, gconstpointer argument, GError **error)
{
    const Advance *advance = argument;
    return job_write_progress(job, advance->progress, advance->done, advance->total, error);
}

void job_progress(Job *job, double fraction, guint64 done, guint64 total)
{
    if (job->undoing || job->step == NULL) {
        return;
    }
    Advance advance = { job_percentage(job, fraction), done, total };
    gint64 now = g_get_monotonic_time();
    if (advance.progress <= job->progress ||
        (job->progress_time != 0 && now - job->progress_time < LEAST_INTERVAL)) {
        return;
    }
    job->progress = advance.progress;
    job->progress_time = now;
    job_record_try(job, write_advance, &advance);
}

static gboolean write_expected(Job *job, gconstpointer seconds, GError **error)
{
    return job_write_event(job, "progress", job_event_expected(job->progress, (json_object *)seconds), error);
}

void job_expect(Job *job, json_object *seconds)
{
    double total = 0;
    g_autofree double *expected = g_new0(double, job->kind->step_count);
    for (gsize i = 0; i < job->kind->step_count; i++) {
        json_object *value = NULL;
        if (json_object_object_get_ex(seconds, job->kind->steps[i].phase, &value)) {
            expected[i] = MAX(0.0, json_object_get_double(value));
        }
        total += expected[i];
    }
    if (total <= 0) {
        return;
    }
    g_free(job->expected);
    job->expected = g_steal_pointer(&expected);
    job_record_try(job, write_expected, seconds);
}
