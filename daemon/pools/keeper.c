// SPDX-License-Identifier: GPL-3.0-or-later
// The keeper: now and then, and when something has changed, it compares pools with their machines, and asks
// for the jobs that make up the difference.
#include <string.h>

#include "common/ids.h"
#include "daemon/images/images.h"
#include "daemon/lookout.h"
#include "daemon/pools/pools.h"
#include "daemon/service.h"
#include "daemon/vm/domain.h"

#define LOOK_EVERY (2 * G_TIME_SPAN_SECOND)
// Clones that boot at once, of one pool: more make each other slow.
#define WARMING_MOST 2u
// After a machine could not be made, the next one waits, and twice as long after each further one.
#define PAUSE_FIRST  (15 * G_TIME_SPAN_SECOND)
#define PAUSE_MOST   (15 * G_TIME_SPAN_MINUTE)
#define KEPT_SECONDS (24 * 60 * 60) // leases that have ended

// What went wrong with a pool of late.
typedef struct {
    char *text;
    gint64 pause, until; // until then nothing new is tried
} Trouble;

struct PoolKeeper {
    Daemon *daemon;
    Lookout *lookout;
    GMutex lock;
    GHashTable *troubles; // name of the pool → Trouble, with the lock
};

static void trouble_free(gpointer data)
{
    Trouble *trouble = data;
    g_free(trouble->text);
    g_free(trouble);
}

static void set_trouble(PoolKeeper *keeper, const char *pool, const char *text)
{
    g_mutex_lock(&keeper->lock);
    Trouble *trouble = g_hash_table_lookup(keeper->troubles, pool);
    if (!trouble) {
        trouble = g_new0(Trouble, 1);
        g_hash_table_insert(keeper->troubles, g_strdup(pool), trouble);
    }
    g_free(trouble->text);
    trouble->text = g_strdup(text);
    trouble->pause = CLAMP(trouble->pause * 2, PAUSE_FIRST, PAUSE_MOST);
    trouble->until = g_get_monotonic_time() + trouble->pause;
    g_mutex_unlock(&keeper->lock);
    g_warning("pool %s: %s", pool, text);
}

static void clear_trouble(PoolKeeper *keeper, const char *pool)
{
    g_mutex_lock(&keeper->lock);
    g_hash_table_remove(keeper->troubles, pool);
    g_mutex_unlock(&keeper->lock);
}

static gboolean pauses(PoolKeeper *keeper, const char *pool)
{
    g_mutex_lock(&keeper->lock);
    const Trouble *trouble = g_hash_table_lookup(keeper->troubles, pool);
    const gboolean waits = trouble && g_get_monotonic_time() < trouble->until;
    g_mutex_unlock(&keeper->lock);
    return waits;
}

char *pool_keeper_trouble(PoolKeeper *keeper, const char *name)
{
    g_mutex_lock(&keeper->lock);
    const Trouble *trouble = g_hash_table_lookup(keeper->troubles, name);
    char *text = trouble ? g_strdup(trouble->text) : NULL;
    g_mutex_unlock(&keeper->lock);
    return text;
}

// ---- One machine ----

// How a pool's machines stand.
typedef struct {
    guint warming, ready, leased, used; // that stay
} Count;

static gboolean is_in(const StoreMachine *machine, const char *pool_state)
{
    return g_strcmp0(machine->pool_state, pool_state) == 0;
}

static gboolean submit(PoolKeeper *keeper, const JobKind *kind, const StoreMachine *machine)
{
    g_autoptr(GError) error = NULL;
    const StoreIdempotency none = { NULL, NULL };
    g_autofree char *job = job_engine_submit(keeper->daemon->jobs, kind->name, NULL, machine->name,
                                             machine->uuid, NULL, &none, &error);
    if (!job)
        g_warning("machine %s: %s", machine->name, error->message);
    return job != NULL;
}

// What was read of the machine may be old by now: nothing happens to one that somebody has been given since.
static gboolean drop(PoolKeeper *keeper, const StoreMachine *machine)
{
    g_autoptr(Problem) problem = NULL;
    if (!is_in(machine, "broken") && !store_machine_move_in_pool(keeper->daemon->store, machine->uuid,
                                                                 machine->pool_state, "broken", NULL))
        return FALSE;
    g_autoptr(json_object) job = service_vm_delete(keeper->daemon, machine->name, &problem);
    if (!job)
        g_warning("machine %s: %s", machine->name, problem->detail);
    return job != NULL;
}

static gboolean is_off(PoolKeeper *keeper, const StoreMachine *machine)
{
    DomainPower power = DOMAIN_OTHER;
    return domain_power(keeper->daemon->libvirt, machine->uuid, &power, NULL) &&
           (power == DOMAIN_OFF || power == DOMAIN_CRASHED);
}

// Its job has failed, or what it was made of is not the pool's image any more.
static gboolean is_to_go(const StorePool *pool, const StoreMachine *machine)
{
    return strcmp(pool->state, "deleting") == 0 || g_strcmp0(machine->image, pool->image) != 0 ||
           strcmp(machine->state, "failed") == 0 || is_in(machine, "broken");
}

static void tend_machine(PoolKeeper *keeper, const StorePool *pool, const StoreMachine *machine, Count *count)
{
    const gboolean busy = job_engine_machine_busy(keeper->daemon->jobs, machine->uuid);
    if (strcmp(machine->state, "deleting") == 0)
        return;
    if (!is_in(machine, "leased") && is_to_go(pool, machine)) {
        if (strcmp(machine->state, "failed") == 0 && !busy)
            set_trouble(keeper, pool->name, machine->error_message);
        // One whose job waits in the queue, maybe for what only this machine's pool could give, is not waited
        // for.
        if (!job_engine_machine_at_work(keeper->daemon->jobs, machine->uuid))
            drop(keeper, machine);
        return;
    }
    // The host has started anew: what was in memory is in the snapshot still.
    if (is_in(machine, "ready") && is_off(keeper, machine) &&
        !store_machine_move_in_pool(keeper->daemon->store, machine->uuid, "ready", "used", NULL))
        return;
    if (is_in(machine, "warming") && strcmp(machine->state, "ready") == 0 && !busy)
        submit(keeper, &warm_job_kind, machine);
    if (is_in(machine, "used") && !busy)
        submit(keeper, &rewarm_job_kind, machine);
    count->warming += is_in(machine, "warming");
    count->ready += is_in(machine, "ready");
    count->leased += is_in(machine, "leased");
    count->used += is_in(machine, "used");
}

// ---- One pool ----

static gboolean make(PoolKeeper *keeper, const StorePool *pool)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("%s-%08x", pool->name, g_random_int());
    const StoreIdempotency none = { NULL, NULL };
    g_autoptr(json_object) document = json_object_new_object();
    json_object_object_add(document, "name", json_object_new_string(name));
    json_object_object_add(document, "image", json_object_new_string(pool->image));
    if (pool->hardware)
        json_object_object_add(document, "hardware",
                               json_parse(pool->hardware, strlen(pool->hardware), NULL));
    const CloneOrder order = { .document = document, .pool = pool->name };
    g_autofree char *job = clone_submit(keeper->daemon, &order, &none, &error);
    if (!job)
        set_trouble(keeper, pool->name, error->message);
    return job != NULL;
}

guint pool_count_waiting(const GPtrArray *leases)
{
    guint waiting = 0;
    for (guint i = 0; i < leases->len; i++)
        waiting += strcmp(((StoreLease *)leases->pdata[i])->state, "waiting") == 0;
    return waiting;
}

// As many as are held, wanted, and to be ready beyond that; more only while nobody holds them.
static void adjust(PoolKeeper *keeper, const StorePool *pool, const GPtrArray *members, const Count *count,
                   guint waiting)
{
    const guint all = count->warming + count->ready + count->leased + count->used;
    const guint wanted = MIN(pool->max, count->leased + waiting + pool->ready);
    guint surplus = all > wanted ? all - wanted : 0;
    for (guint more = all; more < wanted && count->warming + (more - all) < WARMING_MOST; more++)
        if (pauses(keeper, pool->name) || !make(keeper, pool))
            return;
    for (guint i = members->len; surplus > 0 && waiting == 0 && i-- > 0;) {
        const StoreMachine *machine = members->pdata[i];
        if (is_in(machine, "ready") && strcmp(machine->state, "ready") == 0 && drop(keeper, machine))
            surplus--;
    }
}

static gboolean tend(PoolKeeper *keeper, const StorePool *pool, GError **error)
{
    Store *store = keeper->daemon->store;
    Count count = { 0 };
    g_autoptr(GPtrArray) members = store_pool_members(store, pool->name, error);
    g_autoptr(GPtrArray) leases = members ? store_lease_list(store, pool->name, error) : NULL;
    if (!leases)
        return FALSE;
    for (guint i = 0; i < members->len; i++)
        tend_machine(keeper, pool, members->pdata[i], &count);
    if (strcmp(pool->state, "deleting") == 0) {
        clear_trouble(keeper, pool->name);
        return members->len > 0 || store_pool_delete(store, pool->name, error);
    }
    if (count.ready > 0)
        clear_trouble(keeper, pool->name);
    adjust(keeper, pool, members, &count, pool_count_waiting(leases));
    return pool_grant(keeper->daemon, pool->name, error);
}

static gboolean sweep(Daemon *daemon, GError **error)
{
    g_autofree char *now = time_now_text();
    g_autofree char *old = time_later_text(-KEPT_SECONDS);
    return store_lease_sweep(daemon->store, now, old, error) && pool_resume_granted(daemon, error);
}

static gint64 look(gpointer data)
{
    PoolKeeper *keeper = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pools = NULL;
    if (!vm_connection_is_alive(keeper->daemon->libvirt))
        return LOOK_EVERY;
    if (sweep(keeper->daemon, &error))
        pools = store_pool_list(keeper->daemon->store, &error);
    for (guint i = 0; pools && !error && i < pools->len; i++)
        tend(keeper, pools->pdata[i], &error);
    if (error)
        g_warning("pools: %s", error->message);
    return LOOK_EVERY;
}

PoolKeeper *pool_keeper_new(Daemon *daemon)
{
    PoolKeeper *keeper = g_new0(PoolKeeper, 1);
    keeper->daemon = daemon;
    keeper->troubles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, trouble_free);
    keeper->lookout = lookout_new("pools", look, keeper);
    g_mutex_init(&keeper->lock);
    return keeper;
}

void pool_keeper_start(PoolKeeper *keeper)
{
    lookout_start(keeper->lookout);
}

void pool_keeper_wake(PoolKeeper *keeper)
{
    lookout_wake(keeper->lookout);
}

void pool_keeper_stop(PoolKeeper *keeper)
{
    if (keeper)
        lookout_stop(keeper->lookout);
}

void pool_keeper_free(PoolKeeper *keeper)
{
    if (!keeper)
        return;
    lookout_free(keeper->lookout);
    g_hash_table_unref(keeper->troubles);
    g_mutex_clear(&keeper->lock);
    g_free(keeper);
}
