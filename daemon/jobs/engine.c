// SPDX-License-Identifier: GPL-3.0-or-later
// The job engine from outside: making, starting and stopping it, submitting and cancelling jobs. Who runs
// when is the matter of engine_queue.c, what a running job does that of job.c.
#include "daemon/jobs/engine_private.h"

#include "common/ids.h"

JobEngine *job_engine_new(Store *store, const JobKind *const *kinds, gsize kind_count, guint installs,
                          gpointer user_data)
{
    JobEngine *engine = g_new0(JobEngine, 1);
    engine->store = store;
    engine->kinds = kinds;
    engine->kind_count = kind_count;
    engine->user_data = user_data;
    engine->limits[JOB_CLASS_INSTALL] = MAX(installs, 1);
    engine->limits[JOB_CLASS_OTHER] = JOB_OTHERS_AT_A_TIME;
    engine->limits[JOB_CLASS_DROPPED] = JOB_OTHERS_AT_A_TIME;
    engine->limits[JOB_CLASS_IDLE] = G_MAXUINT;
    g_mutex_init(&engine->submit_lock);
    g_mutex_init(&engine->lock);
    g_cond_init(&engine->timer_changed);
    g_queue_init(&engine->jobs);
    engine->live = g_hash_table_new(g_str_hash, g_str_equal);
    return engine;
}

const JobKind *job_engine_kind(JobEngine *engine, const char *name)
{
    for (gsize i = 0; i < engine->kind_count; i++) {
        if (g_strcmp0(engine->kinds[i]->name, name) == 0) {
            return engine->kinds[i];
        }
    }
    return NULL;
}

static GPtrArray *load_unfinished(JobEngine *engine, GError **error)
{
    g_autoptr(GPtrArray) rows = store_job_unfinished(engine->store, error);
    if (rows == NULL) {
        return NULL;
    }
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)job_unref);
    for (guint i = 0; i < rows->len; i++) {
        const StoreJob *row = g_ptr_array_index(rows, i);
        Job *job = job_new(engine, row);
        g_ptr_array_add(jobs, job);
        if (!store_event_last(engine->store, row->id, &job->last_sequence, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&jobs);
}

gboolean job_engine_start(JobEngine *engine, GError **error)
{
    g_return_val_if_fail(!engine->started, FALSE);
    g_autoptr(GMutexLocker) submit = g_mutex_locker_new(&engine->submit_lock);
    g_autoptr(GPtrArray) jobs = load_unfinished(engine, error);
    if (jobs == NULL) {
        return FALSE;
    }
    g_mutex_lock(&engine->lock);
    // Unbounded: dispatch bounds what runs, class by class.
    engine->workers = g_thread_pool_new(job_engine_work, engine, -1, FALSE, NULL);
    engine->timer = g_thread_new("job-limits", job_engine_timer, engine);
    engine->started = TRUE;
    for (guint i = 0; i < jobs->len; i++) {
        job_engine_enqueue(engine, job_ref(g_ptr_array_index(jobs, i)));
    }
    job_engine_dispatch(engine);
    g_mutex_unlock(&engine->lock);
    return TRUE;
}

void job_engine_stop(JobEngine *engine)
{
    g_autoptr(GPtrArray) cancellables = g_ptr_array_new_with_free_func(g_object_unref);
    g_mutex_lock(&engine->lock);
    gboolean was_running = engine->started && !engine->stopping;
    engine->stopping = TRUE;
    for (GList *item = engine->jobs.head; item != NULL; item = item->next) {
        Job *job = item->data;
        if (job->cancellable != NULL) {
            g_ptr_array_add(cancellables, g_object_ref(job->cancellable));
        }
        g_cond_broadcast(&job->changed);
    }
    g_cond_broadcast(&engine->timer_changed);
    g_mutex_unlock(&engine->lock);

    for (guint i = 0; i < cancellables->len; i++) {
        g_cancellable_cancel(g_ptr_array_index(cancellables, i));
    }
    if (was_running) {
        g_thread_pool_free(engine->workers, FALSE, TRUE);
        g_thread_join(engine->timer);
    }
}

void job_engine_free(JobEngine *engine)
{
    if (engine == NULL) {
        return;
    }
    job_engine_stop(engine);
    g_hash_table_unref(engine->live);
    g_queue_clear_full(&engine->jobs, (GDestroyNotify)job_unref);
    g_cond_clear(&engine->timer_changed);
    g_mutex_clear(&engine->lock);
    g_mutex_clear(&engine->submit_lock);
    g_free(engine);
}

static gboolean may_submit(JobEngine *engine, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->lock);
    if (engine->stopping) {
        g_set_error(error, JOB_ERROR, JOB_ERROR_INTERRUPTED, "the daemon stops: no new jobs");
        return FALSE;
    }
    if (engine->jobs.length >= JOB_ENGINE_QUEUE_LIMIT) {
        g_set_error(error, JOB_ERROR, JOB_ERROR_QUEUE_FULL, "%u jobs are waiting already",
                    engine->jobs.length);
        return FALSE;
    }
    return TRUE;
}

static GPtrArray *phases_of(const JobKind *kind)
{
    GPtrArray *phases = g_ptr_array_new();
    for (gsize i = 0; i < kind->step_count; i++) {
        g_ptr_array_add(phases, (gpointer)kind->steps[i].phase);
    }
    g_ptr_array_add(phases, NULL);
    return phases;
}

// A job that is to be stored, and the one that goes on from it.
typedef struct {
    const JobKind *kind, *next_kind; // NULL: nothing goes on from it
    StoreJob row, next_row;
    gint64 sequence, next_sequence; // of their first events
} Order;

static gboolean insert_next(JobEngine *engine, const StoreMachine *machine, const JobNext *next, Order *order,
                            GError **error)
{
    g_autoptr(GPtrArray) phases = phases_of(order->next_kind);
    g_autofree char *data = job_event_state("queued", NULL, NULL, NULL);
    return store_image_reserve(engine->store, next->image, machine, next->recipe, order->next_row.id,
                               error) &&
           store_job_insert_next(engine->store, order->row.id, &order->next_row,
                                 (const char *const *)phases->pdata, error) &&
           store_event_add(engine->store, order->next_row.id, "state", data, &order->next_sequence, error);
}

// Stores the job, and the one that goes on from it, with their first events in one transaction.
static gboolean insert_jobs(JobEngine *engine, const StoreMachine *machine, const JobNext *next, Order *order,
                            const StoreIdempotency *idempotency, GError **error)
{
    g_autoptr(GPtrArray) phases = phases_of(order->kind);
    if (!store_begin(engine->store, error)) {
        return FALSE;
    }
    g_autofree char *data = job_event_state("queued", NULL, NULL, NULL);
    gboolean ok = store_job_insert(engine->store, machine, &order->row, (const char *const *)phases->pdata,
                                   idempotency, error) &&
                  store_event_add(engine->store, order->row.id, "state", data, &order->sequence, error) &&
                  (next == NULL || insert_next(engine, machine, next, order, error));
    return store_end(engine->store, ok, error);
}

// With engine->lock held.
static void enqueue_new(JobEngine *engine, const StoreJob *row, gint64 sequence)
{
    Job *job = job_new(engine, row);
    job->last_sequence = sequence;
    job_engine_enqueue(engine, job);
}

static StoreJob row_of(const char *id, const JobKind *kind, const char *machine_name,
                       const char *machine_uuid, const char *parameters)
{
    return (StoreJob){
        .id = (char *)id,
        .kind = (char *)kind->name,
        .machine_name = (char *)machine_name,
        .machine_uuid = (char *)machine_uuid,
        .state = (char *)"queued",
        .parameters = (char *)parameters,
        .gated = kind->gated,
    };
}

static const JobKind *find_kind(JobEngine *engine, const char *name, GError **error)
{
    const JobKind *kind = job_engine_kind(engine, name);
    if (kind == NULL) {
        g_set_error(error, JOB_ERROR, JOB_ERROR_FAILED, "no kind of job is called \"%s\"", name);
    }
    return kind;
}

static char *submit(JobEngine *engine, Order *order, const StoreMachine *machine, const JobNext *next,
                    const StoreIdempotency *idempotency, GError **error)
{
    g_autoptr(GMutexLocker) submit = g_mutex_locker_new(&engine->submit_lock);
    g_autofree char *earlier = NULL;
    if (!may_submit(engine, error) || !store_idempotency_find(engine->store, idempotency, &earlier, error)) {
        return NULL;
    }
    if (earlier != NULL) {
        return g_steal_pointer(&earlier);
    }
    if (!insert_jobs(engine, machine, next, order, idempotency, error)) {
        return NULL;
    }
    g_mutex_lock(&engine->lock);
    if (engine->started) { // else job_engine_start() finds them in the store
        enqueue_new(engine, &order->row, order->sequence);
        if (next != NULL) {
            enqueue_new(engine, &order->next_row, order->next_sequence);
        }
        job_engine_dispatch(engine);
    }
    gboolean started = engine->started;
    g_mutex_unlock(&engine->lock);
    if (started) {
        job_engine_tell_changed(engine);
    }
    return g_strdup(order->row.id);
}

char *job_engine_submit(JobEngine *engine, const char *kind_name, const StoreMachine *machine_or_null,
                        const char *machine_name, const char *machine_uuid, const char *parameters_json,
                        const StoreIdempotency *idempotency, GError **error)
{
    g_autofree char *id = job_id_new();
    Order order = { .kind = find_kind(engine, kind_name, error) };
    if (order.kind == NULL) {
        return NULL;
    }
    order.row = row_of(id, order.kind, machine_name, machine_uuid, parameters_json);
    return submit(engine, &order, machine_or_null, NULL, idempotency, error);
}

char *job_engine_submit_with_next(JobEngine *engine, const char *kind_name, const StoreMachine *machine,
                                  const char *parameters_json, const JobNext *next,
                                  const StoreIdempotency *idempotency, GError **error)
{
    g_autofree char *id = job_id_new(), *next_id = job_id_new();
    Order order = { .kind = find_kind(engine, kind_name, error) };
    order.next_kind = order.kind != NULL ? find_kind(engine, next->kind, error) : NULL;
    if (order.next_kind == NULL) {
        return NULL;
    }
    order.row = row_of(id, order.kind, machine->name, machine->uuid, parameters_json);
    order.next_row = row_of(next_id, order.next_kind, machine->name, machine->uuid, next->parameters);
    return submit(engine, &order, machine, next, idempotency, error);
}

// Stores that a cancel was asked for, then tells the job.
static gboolean cancel_live(JobEngine *engine, Job *job, GError **error)
{
    g_autoptr(GMutexLocker) cancel = g_mutex_locker_new(&job->cancel_lock);
    g_mutex_lock(&engine->lock);
    gboolean too_late = job->decided || job->cancel_requested || job->place == JOB_GONE;
    g_mutex_unlock(&engine->lock);
    if (too_late) {
        return TRUE;
    }
    if (!store_begin(engine->store, error)) {
        return FALSE;
    }
    gint64 sequence = 0;
    g_autofree char *data = job_event_text(NULL, "cancel requested");
    gboolean ok = store_job_request_cancel(engine->store, job->id, error) &&
                  store_event_add(engine->store, job->id, "log", data, &sequence, error);
    if (!store_end(engine->store, ok, error)) {
        return FALSE;
    }
    job_publish(job, sequence);

    g_autoptr(GCancellable) cancellable = NULL;
    g_mutex_lock(&engine->lock);
    job->cancel_requested = TRUE;
    if (job->cancellable != NULL && !job->undoing) {
        cancellable = g_object_ref(job->cancellable);
    }
    g_cond_broadcast(&job->changed);
    job_engine_dispatch(engine);
    g_mutex_unlock(&engine->lock);
    g_cancellable_cancel(cancellable); // NULL is well
    job_engine_tell_changed(engine);
    return TRUE;
}

gboolean job_engine_cancel(JobEngine *engine, const char *id, GError **error)
{
    g_mutex_lock(&engine->lock);
    Job *found = g_hash_table_lookup(engine->live, id);
    g_autoptr(Job) job = found != NULL ? job_ref(found) : NULL;
    g_mutex_unlock(&engine->lock);
    if (job == NULL) {
        return store_job_request_cancel(engine->store, id, error);
    }
    return cancel_live(engine, job, error);
}

gboolean job_engine_machine_busy(JobEngine *engine, const char *machine_uuid)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->lock);
    for (GList *item = engine->jobs.head; item != NULL; item = item->next) {
        if (g_strcmp0(((Job *)item->data)->machine_uuid, machine_uuid) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}
