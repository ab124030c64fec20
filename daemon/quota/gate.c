// SPDX-License-Identifier: GPL-3.0-or-later
// See gate.h. It reads all anew for each admission: few jobs wait, and rows do not lie.
#include "daemon/quota/gate.h"

#include "daemon/install/install.h"
#include "daemon/lookout.h"
#include "daemon/quota/text.h"

// While something waits: room may come without a word, as when a machine is ended by hand.
#define LOOK_EVERY (2 * G_TIME_SPAN_SECOND)
#define LOOK_IDLE  G_TIME_SPAN_MINUTE
// Positions that are told as they change; of the others, only what the job waits for.
#define POSITIONS_TOLD 20u

struct QuotaGate {
    Daemon *daemon;
    Lookout *lookout;
    GHashTable *told; // job → what was told of it last; the thread's own
};

static gboolean needs_power(const QuotaLimits *limits)
{
    return limits->host.of[QUOTA_VCPUS] > 0 || limits->host.of[QUOTA_MEMORY] > 0 ||
           limits->user.of[QUOTA_VCPUS] > 0 || limits->user.of[QUOTA_MEMORY] > 0;
}

static QuotaWaiter *waiters_of(const GPtrArray *rows)
{
    QuotaWaiter *waiters = g_new0(QuotaWaiter, rows->len + 1);
    for (guint i = 0; i < rows->len; i++) {
        const StoreWaiter *row = rows->pdata[i];
        waiters[i] = (QuotaWaiter){ .job = row->job,
                                    .user = row->user,
                                    .number = row->number,
                                    .overtaken = row->overtaken,
                                    .need = quota_amount_of_row(&row->need) };
    }
    return waiters;
}

static gboolean admit(Daemon *daemon, const QuotaWaiter *waiters, gsize count, const QuotaWaiter *next,
                      GError **error)
{
    g_autoptr(GPtrArray) overtaken = g_ptr_array_new();
    gboolean admitted = FALSE;
    for (gsize i = 0; i < count; i++)
        if (waiters[i].overtaken_now)
            g_ptr_array_add(overtaken, (gpointer)waiters[i].job);
    g_ptr_array_add(overtaken, NULL);
    if (!store_quota_admit(daemon->store, next->job, (const char *const *)overtaken->pdata, &admitted, error))
        return FALSE;
    if (admitted)
        job_engine_admit(daemon->jobs, next->job);
    return TRUE;
}

// What is worth an event when it changes; numbers in the text change too often.
static char *gist_of(const QuotaWaiter *waiter)
{
    return g_strdup_printf("%d %d %u", (int)waiter->verdict, (int)waiter->resource,
                           MIN(waiter->position, POSITIONS_TOLD + 1));
}

static gboolean tell(QuotaGate *gate, const StoreWaiter *row, const QuotaWaiter *waiter, const char *text,
                     GError **error)
{
    g_autofree char *gist = gist_of(waiter);
    const gboolean news = g_strcmp0(g_hash_table_lookup(gate->told, row->job), gist) != 0;
    if (g_strcmp0(text, row->waiting) != 0 &&
        !job_engine_set_waiting(gate->daemon->jobs, row->job, text, news, error))
        return FALSE;
    g_hash_table_replace(gate->told, g_strdup(row->job), g_steal_pointer(&gist));
    return TRUE;
}

static gboolean is_gone(gpointer job, gpointer value G_GNUC_UNUSED, gpointer data)
{
    const GPtrArray *rows = data;
    for (guint i = 0; i < rows->len; i++)
        if (g_str_equal(((const StoreWaiter *)rows->pdata[i])->job, job))
            return FALSE;
    return TRUE;
}

static gboolean tell_all(QuotaGate *gate, const QuotaLimits *limits, const QuotaUses *uses,
                         const GPtrArray *rows, const QuotaWaiter *waiters, GError **error)
{
    g_hash_table_foreach_remove(gate->told, is_gone, (gpointer)rows);
    for (guint i = 0; i < rows->len; i++) {
        g_autofree char *text = quota_waiting_text(limits, uses->uses, uses->count, &waiters[i]);
        if (!tell(gate, rows->pdata[i], &waiters[i], text, error))
            return FALSE;
    }
    return TRUE;
}

// A clone whose image is still being made does not stand in the queue: begun, it would take room that the one
// who makes the image may wait for.
static gboolean take_out_awaiting(QuotaGate *gate, GPtrArray *rows, GError **error)
{
    for (guint i = rows->len; i-- > 0;) {
        const StoreWaiter *row = rows->pdata[i];
        if (!row->image)
            continue;
        g_autofree char *text = g_strdup_printf("waits for image \"%s\"%s%s", row->image,
                                                row->maker ? ", job " : "", row->maker ? row->maker : "");
        if (g_strcmp0(text, row->waiting) != 0 &&
            !job_engine_set_waiting(gate->daemon->jobs, row->job, text, TRUE, error))
            return FALSE;
        g_ptr_array_remove_index(rows, i);
    }
    return TRUE;
}

// One admission, or none: *ret_waiting is then how many wait.
static gboolean look_once(QuotaGate *gate, const QuotaLimits *limits, gboolean *ret_admitted,
                          guint *ret_waiting, GError **error)
{
    Daemon *daemon = gate->daemon;
    g_auto(QuotaUses) uses = { NULL, NULL, 0 };
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(quota_lock());
    g_autoptr(GPtrArray) rows = store_quota_waiters(daemon->store, install_job_kind.name, error);
    const guint all = rows ? rows->len : 0;
    if (!rows || !take_out_awaiting(gate, rows, error) || !quota_uses_read(daemon, &uses, error))
        return FALSE;
    g_autofree QuotaWaiter *waiters = waiters_of(rows);
    const gssize next = quota_queue_next(limits, uses.uses, uses.count, waiters, rows->len);
    *ret_admitted = next >= 0;
    *ret_waiting = all;
    return next >= 0 ? admit(daemon, waiters, rows->len, &waiters[next], error)
                     : tell_all(gate, limits, &uses, rows, waiters, error);
}

static gint64 look(gpointer data)
{
    QuotaGate *gate = data;
    const QuotaLimits limits = quota_limits(gate->daemon->config);
    g_autoptr(GError) error = NULL;
    guint waiting = 0;
    gboolean admitted = TRUE;
    if (needs_power(&limits)) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(quota_lock());
        if (!quota_look_at_power(gate->daemon, &error))
            g_debug("quotas: %s; what ran last counts", error->message);
        g_clear_error(&error);
    }
    while (admitted && !lookout_is_stopping(gate->lookout)) {
        if (look_once(gate, &limits, &admitted, &waiting, &error))
            continue;
        g_warning("quotas: %s; trying again", error->message);
        return LOOK_EVERY;
    }
    return waiting > 0 ? LOOK_EVERY : LOOK_IDLE;
}

QuotaGate *quota_gate_new(Daemon *daemon)
{
    QuotaGate *gate = g_new0(QuotaGate, 1);
    gate->daemon = daemon;
    gate->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gate->lookout = lookout_new("quotas", look, gate);
    return gate;
}

void quota_gate_start(QuotaGate *gate)
{
    lookout_start(gate->lookout);
}

void quota_gate_wake(QuotaGate *gate)
{
    lookout_wake(gate->lookout);
}

void quota_gate_on_jobs(gpointer daemon)
{
    quota_gate_wake(((Daemon *)daemon)->quota_gate);
}

void quota_gate_stop(QuotaGate *gate)
{
    if (gate)
        lookout_stop(gate->lookout);
}

void quota_gate_free(QuotaGate *gate)
{
    if (!gate)
        return;
    lookout_free(gate->lookout);
    g_hash_table_unref(gate->told);
    g_free(gate);
}
