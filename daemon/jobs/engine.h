// SPDX-License-Identifier: GPL-3.0-or-later
// The job engine: takes queued jobs from the store, runs their steps in order on worker threads, records
// intent before and result after each, undoes on failure or cancel, resumes after a restart. Knows nothing of
// machines, discs or libvirt: the steps do.
//
// A kind of job is a table of steps. A step must be idempotent: after a crash it is run again from its
// beginning; steps recorded as done are not. On failure or cancel the undo of every step that was begun runs,
// last first. Jobs for one machine run one after the other in order of creation.
//
// Every change of a job and the event that tells of it are one durable transaction. If the store takes
// nothing (disk full), the job waits and tries again; it is never lost. After kill -9 a job goes on at the
// first step that is not done, or with its undo where that had begun or a cancel had been requested.
#pragma once

#include <gio/gio.h>
#include <json-c/json.h>

#include "daemon/jobs/store.h"

#define JOB_ERROR (job_error_quark())
GQuark job_error_quark(void);
typedef enum {
    JOB_ERROR_FAILED,      // code: what job_fail() was given
    JOB_ERROR_CANCELLED,   // a client asked
    JOB_ERROR_INTERRUPTED, // the daemon stops; the job stays "running" and is resumed at the next start
    JOB_ERROR_TIME_LIMIT,  // the step's limit passed
    JOB_ERROR_QUEUE_FULL,  // submit only: JOB_ENGINE_QUEUE_LIMIT jobs have not ended
} JobError;

#define JOB_ENGINE_QUEUE_LIMIT 1000

typedef struct JobEngine JobEngine;
typedef struct Job Job; // one running job; valid in its worker thread only

typedef struct {
    const char *phase;
    guint weight; // share of the progress
    gboolean (*run)(Job *job, GError **error);
    // May be NULL. Runs also for a step that was interrupted half way; must succeed if there is nothing to
    // undo. An undo that fails is logged and the rest goes on; the daemon's reconciliation takes care of what
    // remains.
    gboolean (*undo)(Job *job, GError **error);
} JobStep;

typedef enum { JOB_SUCCEEDED, JOB_FAILED, JOB_CANCELLED } JobOutcome;

typedef struct {
    const char *name;
    const JobStep *steps;
    gsize step_count;
    gboolean counts_as_install; // bounded by limits.installs; others by a fixed small number
    gboolean gated;             // does not begin before job_engine_admit(); a cancel ends it all the same
    // Before the first step, also on resume: builds what steps share; its result is job_data(). May fail like
    // a step. When a job is taken up again only to be undone, it runs too, and if it fails then, the undos
    // run all the same, with job_data() NULL. It does not run for a job that was cancelled before its first
    // step.
    gpointer (*begin)(Job *job, GError **error);
    // Before the undos, on failure only (not on cancel): keep evidence. May be NULL. Not called if begin()
    // has failed. Has 120 s, as has end(). May say more in the message of @error (g_prefix_error() and the
    // like): it is stored anew. Killed right after it, the job runs it again.
    void (*failing)(Job *job, GError *error);
    // After the last step or undo, before the job's final state is stored. May be NULL. @error is NULL on
    // success. job_data() is NULL if begin() has not run or has failed. Must be idempotent: killed right
    // after it, the job runs it again. A job cancelled before it was begun ends at once, even while an
    // earlier job of the same machine runs.
    void (*end)(Job *job, JobOutcome outcome, const GError *error);
    void (*free_data)(gpointer data);
} JobKind;

// @kinds must outlive the engine. @user_data is job_user_data() in every job.
JobEngine *job_engine_new(Store *store, const JobKind *const *kinds, gsize kind_count, guint installs,
                          gpointer user_data);
// @changed is called when a job was submitted, was cancelled or has ended: whoever admits jobs may look anew.
// From any thread; it must return at once, and call nothing of the engine. Before job_engine_start().
void job_engine_set_changed(JobEngine *engine, void (*changed)(gpointer user_data));
// Takes up unfinished jobs from the store and starts working. Once in an engine's life.
gboolean job_engine_start(JobEngine *engine, GError **error);
// Interrupts running jobs (JOB_ERROR_INTERRUPTED), waits for their threads, wakes waiters. No undo is run.
// Not from a step.
void job_engine_stop(JobEngine *engine);
// Stops the engine if that was not done. No other call may be running or follow. The store stays open.
void job_engine_free(JobEngine *engine);

// Stores and queues a job. @machine as in store_job_insert. Returns the job's id (the caller frees): that of
// the earlier job if the idempotency key is known with the same fingerprint; STORE_ERROR_EXISTS if with
// another or if the machine's name is taken. JOB_ERROR_QUEUE_FULL, or JOB_ERROR_INTERRUPTED once the engine
// stops. Thread-safe, as are the six calls below.
char *job_engine_submit(JobEngine *engine, const char *kind, const StoreMachine *machine_or_null,
                        const char *machine_name, const char *machine_uuid, const char *parameters_json,
                        const StoreIdempotency *idempotency, GError **error);
// A job that goes on from another, for the same machine: it begins when that has ended, however it ended.
typedef struct {
    const char *kind, *parameters;
    const char *image, *recipe; // store_image_reserve(): the name that the job is to give its machine's disk
} JobNext;
// As job_engine_submit() with a machine, and @next stored in the same transaction. STORE_ERROR_EXISTS also if
// the name of the image is taken.
char *job_engine_submit_with_next(JobEngine *engine, const char *kind, const StoreMachine *machine,
                                  const char *parameters_json, const JobNext *next,
                                  const StoreIdempotency *idempotency, GError **error);
// Asks a queued or running job to stop and undo. FALSE + STORE_ERROR_NOT_FOUND; TRUE also if it has ended
// already or its outcome is decided (its undo or end runs): then nothing changes.
gboolean job_engine_cancel(JobEngine *engine, const char *job_id, GError **error);
// TRUE if a job of that machine is queued or running.
gboolean job_engine_machine_busy(JobEngine *engine, const char *machine_uuid);

// TRUE if a job of that machine has begun and not ended.
gboolean job_engine_machine_at_work(JobEngine *engine, const char *machine_uuid);

// -- for whoever admits gated jobs
// store_quota_admit() has admitted it: it begins when it may. Nothing happens if it has ended.
void job_engine_admit(JobEngine *engine, const char *job_id);
// Stores why a gated job is not admitted yet. @tell: as a "state" event with "waiting", too.
gboolean job_engine_set_waiting(JobEngine *engine, const char *job_id, const char *text, gboolean tell,
                                GError **error);
// Why a job that may begin does not: another one of its machine, or too many that run. NULL if it is at work,
// is not admitted, or has ended. The caller frees.
char *job_engine_why_queued(JobEngine *engine, const char *job_id);

// Waits until the job has events after @sequence, has ended, @timeout_ms passed, or the engine stops. TRUE
// unless the engine stops.
gboolean job_engine_wait_event(JobEngine *engine, const char *job_id, gint64 sequence, guint timeout_ms);
gboolean job_engine_wait_end(JobEngine *engine, const char *job_id, guint timeout_ms);

// -- for steps, in the job's own thread
const char *job_id(const Job *job);
const char *job_machine_name(const Job *job);
const char *job_machine_uuid(const Job *job);
const char *job_parameters(const Job *job); // JSON text or NULL
const char *job_phase(const Job *job);
gpointer job_user_data(const Job *job);
gpointer job_data(const Job *job);
gboolean job_was_resumed(const Job *job); // TRUE when the running step had been begun before a restart
// Triggered by cancel, daemon stop, or the step's time limit. Borrowed; each step and each undo has its own.
// In undos, failing() and end() a cancel does not trigger it.
GCancellable *job_cancellable(const Job *job);
// Sets the running step's (or undo's) time limit, in seconds from now. Without it a step has 300 s. 0 = none.
// Undos have 120 s. A step that fails after its limit has code "phase-timeout", unless it gave job_fail() a
// reason of its own.
void job_set_time_limit(Job *job, guint seconds);
// Between the two the job only waits for another, and does not count as one of those that run: else jobs that
// wait could take all the room of the one that they wait for. job_resume_counting() waits for room; FALSE as
// job_check(), and then, too, the job counts again.
void job_stop_counting(Job *job);
gboolean job_resume_counting(Job *job, GError **error);
// FALSE with JOB_ERROR_CANCELLED, _INTERRUPTED or _TIME_LIMIT if the step must stop now.
gboolean job_check(Job *job, GError **error);
// Sleeps up to @milliseconds, woken early by the same three; returns as job_check().
gboolean job_sleep(Job *job, guint milliseconds, GError **error);
// How long each phase is thought to take, {phase: seconds}: from now on its share of the progress, told to
// clients as an event. From begin(). What is not named counts as nothing.
void job_expect(Job *job, json_object *seconds);
// Progress within the running step, 0.0–1.0; rate-limited; never goes back. @done/@total: bytes or 0.
void job_progress(Job *job, double fraction, guint64 done, guint64 total);
// Free text for the running step: shown as its detail and as a "log" event; control characters become spaces,
// cut to 1024 bytes. No secrets.
void job_log(Job *job, const char *format, ...) G_GNUC_PRINTF(2, 3);
// A line of the guest's console: "console" event {"time","phase","message"}, cut to 512 bytes, made valid
// UTF-8 without control characters, bounded in number and rate (bursts of 200, then 20 a second; how many
// lines were left out is told in the next).
void job_console(Job *job, const char *line);
// Detail of the running step, kept in its row.
void job_detail(Job *job, const char *format, ...) G_GNUC_PRINTF(2, 3);
// Sets @error to JOB_ERROR_FAILED with a stable @code beside the text: g_prefix_error() and g_error_copy()
// keep it; the engine stores code and message apart. @message: one line, no secrets.
void job_fail(GError **error, const char *code, const char *message_format, ...) G_GNUC_PRINTF(3, 4);
// The code that job_fail() was given, "phase-timeout", "cancelled", or "internal"; borrowed. *ret_message:
// borrowed text without the code; may be NULL.
const char *job_error_code(const GError *error, const char **ret_message);
