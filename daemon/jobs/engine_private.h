// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the job engine share. engine*.c: jobs from outside (queue, waiters, limits); job*.c: one
// job from inside, in its own thread. Steps see only engine.h.
//
// Locks, outermost first: engine->submit_lock or job->cancel_lock; then the store's own; engine->lock is held
// for memory only: nothing is stored, no callback is run and no cancellable is cancelled under it.
#pragma once

#include "daemon/jobs/engine.h"
#include "daemon/jobs/store_private.h"

#define JOB_STEP_LIMIT_SECONDS 300
#define JOB_UNDO_LIMIT_SECONDS 120
#define JOB_OTHERS_AT_A_TIME   8

// What bounds how many jobs run at a time.
typedef enum {
    JOB_CLASS_INSTALL,
    JOB_CLASS_OTHER,
    JOB_CLASS_DROPPED, // cancelled before it was begun: only its end is to be stored
    JOB_CLASS_IDLE,    // waits for another job: see job_stop_counting()
    JOB_CLASS_COUNT
} JobClass;

typedef enum { JOB_WAITING, JOB_RUNNING, JOB_GONE } JobPlace;

typedef enum { STEP_PENDING, STEP_RUNNING, STEP_DONE, STEP_FAILED, STEP_UNDONE, STEP_SKIPPED } StepState;

struct JobEngine {
    Store *store;
    const JobKind *const *kinds;
    gsize kind_count;
    gpointer user_data;
    void (*changed)(gpointer user_data); // or NULL
    guint limits[JOB_CLASS_COUNT];

    GMutex submit_lock; // makes the order of rows the order of the queue

    GMutex lock; // guards all below and the fields of Job that say so
    gboolean started, stopping;
    GQueue jobs;      // those that have not ended, in order of creation; owns a reference
    GHashTable *live; // the same by id
    guint running[JOB_CLASS_COUNT];
    GThreadPool *workers;
    GThread *timer;
    GCond timer_changed;
};

struct Job {
    int references; // atomic
    JobEngine *engine;
    const JobKind *kind; // NULL: not known to this version
    char *id, *kind_name, *machine_name, *machine_uuid, *parameters;
    gboolean taken_up; // its row said running when this engine found it: steps may have been begun

    GMutex cancel_lock; // a cancel is stored and told, or the outcome is decided, never both at once

    // Guarded by engine->lock.
    GCond changed; // an event, the end, a reason to stop
    JobPlace place;
    JobClass class;
    gboolean admitted; // or not gated
    gboolean cancel_requested;
    gboolean decided; // too late for a cancel
    gint64 last_sequence;
    gboolean undoing;          // a requested cancel is no reason to stop
    GCancellable *cancellable; // of the running step or undo
    gint64 deadline;           // monotonic microseconds; 0: none
    guint limit_seconds;
    gboolean limit_hit;

    // The job's own thread only.
    StepState *states; // of each step of the kind
    gboolean steps_match;
    const JobStep *step; // running, or being undone; or NULL
    gboolean resumed;
    gboolean began; // kind->begin() has succeeded
    gpointer data;
    JobClass counted_class; // what it counted as before job_stop_counting()
    JobOutcome outcome;
    gboolean evidence_kept;
    char *error_phase;
    gint64 written_sequence; // of the newest event in the transaction at hand
    gboolean store_trouble_told;
    double *expected; // seconds of each step; NULL: unknown, their weights count
    int progress;
    gint64 progress_time;
    gint64 console_time;
    double console_tokens;
    guint console_dropped;
};

// -- engine.c
const JobKind *job_engine_kind(JobEngine *engine, const char *name);

// -- engine_queue.c
// A job from its row; the caller owns a reference.
Job *job_new(JobEngine *engine, const StoreJob *row);
Job *job_ref(Job *job);
void job_unref(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_unref)
// Both with engine->lock held. Appends a job (takes the reference); starts every job that may run.
void job_engine_enqueue(JobEngine *engine, Job *job);
void job_engine_dispatch(JobEngine *engine);
// What bounds how many like it run. With engine->lock held, as the next.
JobClass job_class(const Job *job);
// Whose jobs run one after the other; NULL: of no machine.
const char *job_machine_key(const Job *job);
// The function of engine->workers.
void job_engine_work(gpointer job, gpointer engine);

// -- engine_admission.c
// Tells whoever admits jobs. Without engine->lock.
void job_engine_tell_changed(JobEngine *engine);

// -- engine_timer.c: the thread that ends time limits.
gpointer job_engine_timer(gpointer engine);

// -- engine_wait.c
// Tells waiters of an event that has been stored.
void job_publish(Job *job, gint64 sequence);

// -- job.c
void job_run(Job *job);
// Runs kind->begin(), in the mode that job_enter…() has set. FALSE: @error.
gboolean job_begin(Job *job, GError **error);

// -- job_undo.c
// Keeps evidence and undoes every step that was begun, last first. FALSE if the daemon stops meanwhile.
gboolean job_undo(Job *job, GError *error);

// -- job_control.c: what tells a running step to stop.
// A fresh cancellable and time limit, for @step (NULL: begin or end).
void job_enter(Job *job, const JobStep *step, gboolean undoing);
// Ends the time limit of what was entered: it is done.
void job_leave(Job *job);
gboolean job_engine_is_stopping(JobEngine *engine);

// -- job_record.c: changes of the job that must be stored, each with its event in one transaction. They are
// tried again until the store takes them; FALSE if the daemon stops before.
gboolean job_record_load(Job *job, char **ret_error_code, char **ret_error_message);
gboolean job_record_start(Job *job);
gboolean job_record_step(Job *job, gsize index, StepState state);
gboolean job_record_outcome(Job *job, const GError *error);
gboolean job_record_evidence_kept(Job *job, const GError *error); // whose message may have grown
gboolean job_record_finish(Job *job, const GError *error);
// A change that may be lost: tried once, trouble is logged once a job.
typedef gboolean (*JobWrite)(Job *job, gconstpointer argument, GError **error);
void job_record_try(Job *job, JobWrite write, gconstpointer argument);
// For JobWrite functions: adds the event to the transaction at hand; frees @data.
gboolean job_write_event(Job *job, const char *kind, char *data, GError **error);

// -- job_events.c: the data of events, JSON texts that the caller frees. Strings but @state may be NULL.
char *job_event_state(const char *state, const char *code, const char *message, const char *phase);
// Of one that is queued: why it does not begin.
char *job_event_waiting(const char *text);
char *job_event_phase(const char *phase, const char *state, const char *detail);
char *job_event_progress(int progress, const char *phase, guint64 done, guint64 total);
char *job_event_expected(int progress, json_object *seconds);
char *job_event_text(const char *phase, const char *text);

// -- job_error.c
GError *job_error_of_row(const char *code, const char *message);
const char *job_outcome_text(JobOutcome outcome);

// -- job_progress.c
// The whole job's percentage if the running step is at @fraction; at most 99: only the end is 100.
int job_percentage(const Job *job, double fraction);
gboolean job_write_progress(Job *job, int progress, guint64 done, guint64 total, GError **error);

// -- job_output.c
// One line of at most @max_bytes of valid UTF-8 without control characters. The caller frees.
char *job_clean_text(const char *text, gsize max_bytes);
void job_log_undo_failure(Job *job, const char *phase, const GError *error);
