// SPDX-License-Identifier: GPL-3.0-or-later
// Storing what becomes of a job. A change of state and the event that tells of it are one transaction. A
// store that takes nothing (disk full) is tried again until it does: a job is never lost.
#include "daemon/jobs/engine_private.h"

#define FIRST_PAUSE_MS   100
#define LONGEST_PAUSE_MS 30000
#define MESSAGE_BYTES    4096

static const char *const step_state_texts[] = {
    [STEP_PENDING] = "pending", [STEP_RUNNING] = "running", [STEP_DONE] = "done",
    [STEP_FAILED] = "failed",   [STEP_UNDONE] = "undone",   [STEP_SKIPPED] = "skipped",
};

static StepState step_state_of_text(const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(step_state_texts); i++) {
        if (g_strcmp0(step_state_texts[i], text) == 0) {
            return (StepState)i;
        }
    }
    return STEP_PENDING;
}

static gboolean record_once(Job *job, JobWrite write, gconstpointer argument, GError **error)
{
    job->written_sequence = 0;
    if (!store_begin(job->engine->store, error)) {
        return FALSE;
    }
    if (!store_end(job->engine->store, write(job, argument, error), error)) {
        return FALSE;
    }
    if (job->written_sequence > 0) {
        job_publish(job, job->written_sequence);
    }
    return TRUE;
}

// FALSE if the daemon stops meanwhile.
static gboolean pause_before_retry(Job *job, guint milliseconds)
{
    gint64 until = g_get_monotonic_time() + (gint64)milliseconds * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&job->engine->lock);
    while (!job->engine->stopping && g_cond_wait_until(&job->changed, &job->engine->lock, until)) {
    }
    gboolean stopping = job->engine->stopping;
    g_mutex_unlock(&job->engine->lock);
    return !stopping;
}

static gboolean record(Job *job, JobWrite write, gconstpointer argument)
{
    for (guint pause = FIRST_PAUSE_MS;; pause = MIN(pause * 2, LONGEST_PAUSE_MS)) {
        g_autoptr(GError) error = NULL;
        if (record_once(job, write, argument, &error)) {
            if (pause > FIRST_PAUSE_MS) {
                g_message("job %s: stored at last", job->id);
            }
            return TRUE;
        }
        if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
            g_warning("job %s: %s, leaving it", job->id, error->message);
            return FALSE;
        }
        if (pause == FIRST_PAUSE_MS) {
            g_warning("job %s: cannot store its state, trying until it works: %s", job->id, error->message);
        }
        if (!pause_before_retry(job, pause)) {
            return FALSE;
        }
    }
}

void job_record_try(Job *job, JobWrite write, gconstpointer argument)
{
    g_autoptr(GError) error = NULL;
    if (!record_once(job, write, argument, &error) && !job->store_trouble_told) {
        g_warning("job %s: an event is not stored, ignoring: %s", job->id, error->message);
        job->store_trouble_told = TRUE;
    }
}

gboolean job_write_event(Job *job, const char *kind, char *data, GError **error)
{
    g_autofree char *owned = data;
    return store_event_add(job->engine->store, job->id, kind, owned, &job->written_sequence, error);
}

typedef struct {
    StoreJob *row;
    GPtrArray *steps;
} Loaded;

static gboolean read_rows(Job *job, gconstpointer argument, GError **error)
{
    Loaded *loaded = *(Loaded *const *)argument;
    g_clear_pointer(&loaded->row, store_job_free);
    g_clear_pointer(&loaded->steps, g_ptr_array_unref);
    loaded->steps = store_step_list(job->engine->store, job->id, error);
    return loaded->steps != NULL && store_job_get(job->engine->store, job->id, &loaded->row, error);
}

// The rows of the kind's steps, found by name: an upgrade may have changed the kind.
static void take_steps(Job *job, const GPtrArray *rows)
{
    gsize found = 0;
    job->states = g_new0(StepState, job->kind->step_count + 1);
    for (guint i = 0; i < rows->len; i++) {
        const StoreStep *row = g_ptr_array_index(rows, i);
        for (gsize j = 0; j < job->kind->step_count; j++) {
            if (g_strcmp0(job->kind->steps[j].phase, row->phase) == 0) {
                job->states[j] = step_state_of_text(row->state);
                found++;
            }
        }
    }
    job->steps_match = found == job->kind->step_count && rows->len == found;
}

gboolean job_record_load(Job *job, char **ret_error_code, char **ret_error_message)
{
    Loaded loaded = { NULL, NULL };
    Loaded *argument = &loaded;
    gboolean ok = record(job, read_rows, &argument);
    if (ok) {
        const StoreJob *row = loaded.row;
        job->progress = row->progress;
        job->evidence_kept = row->evidence_kept;
        if (job->kind != NULL) {
            take_steps(job, loaded.steps);
        }
        if (row->outcome != NULL) {
            job->outcome = g_strcmp0(row->outcome, "cancelled") == 0 ? JOB_CANCELLED : JOB_FAILED;
            job->error_phase = g_strdup(row->error_phase);
            *ret_error_code = g_strdup(row->error_code != NULL ? row->error_code : "internal");
            *ret_error_message = g_strdup(row->error_message);
        }
    }
    store_job_free(loaded.row);
    g_clear_pointer(&loaded.steps, g_ptr_array_unref);
    return ok;
}

static gboolean write_start(Job *job, gconstpointer argument G_GNUC_UNUSED, GError **error)
{
    if (job->taken_up) {
        return job_write_event(job, "log",
                               job_event_text(NULL, "taken up again after a restart of the daemon"), error);
    }
    return store_job_start(job->engine->store, job->id, error) &&
           job_write_event(job, "state", job_event_state("running", NULL, NULL, NULL), error);
}

gboolean job_record_start(Job *job)
{
    return record(job, write_start, NULL);
}

typedef struct {
    gsize index;
    StepState state;
    int progress; // of the job, or -1: unchanged
} StepChange;

static gboolean write_step(Job *job, gconstpointer argument, GError **error)
{
    const StepChange *change = argument;
    const char *phase = job->kind->steps[change->index].phase;
    const char *state = step_state_texts[change->state];
    return store_step_set(job->engine->store, job->id, phase, state, NULL, error) &&
           job_write_event(job, "phase", job_event_phase(phase, state, NULL), error) &&
           (change->progress < 0 || job_write_progress(job, change->progress, 0, 0, error));
}

gboolean job_record_step(Job *job, gsize index, StepState state)
{
    StepChange change = { index, state, -1 };
    if (state == STEP_DONE && job_percentage(job, 1.0) > job->progress) {
        change.progress = job_percentage(job, 1.0);
    }
    if (!record(job, write_step, &change)) {
        return FALSE;
    }
    job->states[index] = state;
    job->progress = MAX(job->progress, change.progress);
    return TRUE;
}

// The step that was running when the job failed, or -1.
static gssize running_step(const Job *job)
{
    for (gsize i = 0; i < job->kind->step_count; i++) {
        if (job->states[i] == STEP_RUNNING) {
            return (gssize)i;
        }
    }
    return -1;
}

static gboolean write_outcome(Job *job, gconstpointer argument, GError **error)
{
    const char *message = NULL;
    const char *code = job_error_code(argument, &message);
    g_autofree char *clean = job_clean_text(message, MESSAGE_BYTES);
    gssize failed = running_step(job);
    if (failed >= 0) {
        const char *phase = job->kind->steps[failed].phase;
        if (!store_step_set(job->engine->store, job->id, phase, "failed", NULL, error) ||
            !job_write_event(job, "phase", job_event_phase(phase, "failed", clean), error)) {
            return FALSE;
        }
    }
    return store_job_begin_undo(job->engine->store, job->id, job_outcome_text(job->outcome), code, clean,
                                job->error_phase, error);
}

gboolean job_record_outcome(Job *job, const GError *error)
{
    gssize failed = running_step(job);
    g_free(job->error_phase);
    job->error_phase = g_strdup(failed >= 0 ? job->kind->steps[failed].phase : NULL);
    if (!record(job, write_outcome, error)) {
        return FALSE;
    }
    if (failed >= 0) {
        job->states[failed] = STEP_FAILED;
    }
    return TRUE;
}

static gboolean write_evidence_kept(Job *job, gconstpointer argument, GError **error)
{
    const char *message = NULL;
    const char *code = job_error_code(argument, &message);
    g_autofree char *clean = job_clean_text(message, MESSAGE_BYTES);
    return store_job_begin_undo(job->engine->store, job->id, job_outcome_text(job->outcome), code, clean,
                                job->error_phase, error) &&
           store_job_set_evidence_kept(job->engine->store, job->id, error);
}

gboolean job_record_evidence_kept(Job *job, const GError *error)
{
    job->evidence_kept = TRUE;
    return record(job, write_evidence_kept, error);
}

static gboolean write_finish(Job *job, gconstpointer argument, GError **error)
{
    const GError *reason = argument;
    const char *message = "";
    const char *code = reason != NULL ? job_error_code(reason, &message) : NULL;
    const char *state = job_outcome_text(job->outcome);
    g_autofree char *clean = reason != NULL ? job_clean_text(message, MESSAGE_BYTES) : NULL;
    if (job->outcome == JOB_SUCCEEDED && job->progress < 100 && !job_write_progress(job, 100, 0, 0, error)) {
        return FALSE;
    }
    return store_job_finish(job->engine->store, job->id, state, code, clean, job->error_phase, error) &&
           job_write_event(job, "state", job_event_state(state, code, clean, job->error_phase), error);
}

gboolean job_record_finish(Job *job, const GError *error)
{
    return record(job, write_finish, error);
}
