// SPDX-License-Identifier: GPL-3.0-or-later
// Leases as a client sees them: asking for a machine of a pool, waiting for it, giving it back.
#include <string.h>

#include "common/duration.h"
#include "common/ids.h"
#include "daemon/pools/pools.h"
#include "daemon/quota/gate.h"
#include "daemon/service/service_parts.h"

#define DEFAULT_LIFETIME 3600
#define LOOK_EVERY       (200 * G_TIME_SPAN_MILLISECOND)

// ---- Showing ----

// Why the job of one of the pool's machines has not begun, or NULL if all have.
static char *why_queued(Daemon *daemon, const GPtrArray *members)
{
    for (guint i = 0; i < members->len; i++) {
        g_autoptr(StoreJob) job = NULL;
        const char *id = ((StoreMachine *)members->pdata[i])->job;
        if (id && store_job_get(daemon->store, id, &job, NULL) && job->waiting)
            return g_strdup(job->waiting);
    }
    return NULL;
}

// What somebody who waits wants to know.
static char *why_waiting(Daemon *daemon, const StoreLease *lease, guint position)
{
    g_autoptr(StorePool) pool = NULL;
    g_autoptr(GPtrArray) members = store_pool_members(daemon->store, lease->pool, NULL);
    g_autofree char *trouble = pool_keeper_trouble(daemon->pool_keeper, lease->pool);
    g_autofree char *full = NULL, *queued = NULL;
    guint held = 0;
    if (!members || !store_pool_get(daemon->store, lease->pool, &pool, NULL))
        return NULL;
    for (guint i = 0; i < members->len; i++)
        held += g_strcmp0(((StoreMachine *)members->pdata[i])->pool_state, "leased") == 0;
    if (members->len > 0)
        full = quota_why_not(daemon, lease->holder, members->pdata[0]);
    if (full)
        return g_strdup_printf("number %u in the queue; %s", position, full);
    if (trouble)
        return g_strdup_printf("number %u in the queue; no machine could be made: %s", position, trouble);
    if (held >= pool->max)
        return g_strdup_printf("number %u in the queue; all %u machines that the pool may have are held",
                               position, pool->max);
    if ((queued = why_queued(daemon, members)))
        return g_strdup_printf("number %u in the queue; the next machine is not made yet: its job %s",
                               position, queued);
    return g_strdup_printf("number %u in the queue; %u of %u machines are held, others are being made ready",
                           position, held, pool->max);
}

// From 1 on; 0 if it does not wait (any more).
static guint position_of(Daemon *daemon, const StoreLease *lease)
{
    g_autoptr(GPtrArray) leases = store_lease_list(daemon->store, lease->pool, NULL);
    guint position = 0;
    for (guint i = 0; leases && i < leases->len; i++) {
        const StoreLease *other = leases->pdata[i];
        position += strcmp(other->state, "waiting") == 0;
        if (strcmp(other->id, lease->id) == 0)
            return strcmp(other->state, "waiting") == 0 ? position : 0;
    }
    return 0;
}

static json_object *lease_to_json(Daemon *daemon, const StoreLease *lease)
{
    json_object *object = json_object_new_object();
    const guint position = strcmp(lease->state, "waiting") == 0 ? position_of(daemon, lease) : 0;
    g_autofree char *why = position > 0 ? why_waiting(daemon, lease, position) : g_strdup(lease->reason);
    // Until its processors run it is not its holder's.
    const gboolean starts = strcmp(lease->state, "held") == 0 && !lease->runs;
    json_add_text(object, "id", lease->id);
    json_add_text(object, "pool", lease->pool);
    json_add_text(object, "holder", lease->holder);
    json_add_text(object, "state", starts ? "waiting" : lease->state);
    json_add_text(object, "vm", lease->machine);
    json_add_text(object, "created", lease->created);
    json_add_text(object, "granted", lease->granted);
    json_add_text(object, "expires", lease->expires);
    json_add_text(object, "ended", lease->ended);
    json_object_object_add(object, "position", position > 0 ? json_object_new_int((int)position) : NULL);
    json_add_text(object, "reason", why);
    return object;
}

static StoreLease *find_lease(Daemon *daemon, const char *id, Problem **problem)
{
    GError *error = NULL;
    StoreLease *lease = NULL;
    if (store_lease_get(daemon->store, id, &lease, &error))
        return lease;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        problem_set(problem, 404, "not-found", "lease \"%s\": no such lease, or it ended long ago", id);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

json_object *service_lease_list(Daemon *daemon, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) leases = store_lease_list(daemon->store, NULL, &error);
    if (!leases) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *array = json_object_new_array();
    for (guint i = 0; i < leases->len; i++)
        json_object_array_add(array, lease_to_json(daemon, leases->pdata[i]));
    json_object *object = json_object_new_object();
    json_object_object_add(object, "leases", array);
    return object;
}

static gboolean waits(const StoreLease *lease)
{
    return strcmp(lease->state, "waiting") == 0 || (strcmp(lease->state, "held") == 0 && !lease->runs);
}

json_object *service_lease_show(Daemon *daemon, const char *id, guint wait_seconds, Problem **problem)
{
    const gint64 until = g_get_monotonic_time() + wait_seconds * G_TIME_SPAN_SECOND;
    g_autoptr(StoreLease) lease = find_lease(daemon, id, problem);
    while (lease && waits(lease) && g_get_monotonic_time() < until &&
           !g_cancellable_is_cancelled(daemon->stopping)) {
        g_usleep(LOOK_EVERY);
        g_clear_pointer(&lease, store_lease_free);
        lease = find_lease(daemon, id, problem);
    }
    return lease ? lease_to_json(daemon, lease) : NULL;
}

// ---- Asking, changing, giving back ----

static gboolean read_lifetime(json_object *body_or_null, gboolean required, gint64 *ret_seconds,
                              Problem **problem)
{
    static const char *const members[] = { "lifetime", NULL };
    g_autoptr(Faults) faults = faults_new();
    gboolean given = FALSE;
    if (body_or_null && json_check_members(body_or_null, "", members, faults))
        given = duration_get(body_or_null, "", "lifetime", ret_seconds, faults);
    if (required && !given && faults_count(faults) == 0)
        faults_add(faults, "/lifetime", "required", NULL, "is required: " DURATION_RULE);
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

static void no_pool_problem(const char *pool, GError *error, Problem **problem)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        problem_set(problem, 404, "not-found", "pool \"%s\": no such pool, or it is being deleted", pool);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
}

json_object *service_lease_create(Daemon *daemon, const char *pool, const char *holder,
                                  json_object *body_or_null, Problem **problem)
{
    GError *error = NULL;
    g_autofree char *id = job_id_new();
    StoreLease lease = {
        .id = id, .pool = (char *)pool, .holder = (char *)holder, .lifetime = DEFAULT_LIFETIME
    };
    if (!read_lifetime(body_or_null, FALSE, &lease.lifetime, problem))
        return NULL;
    if (!store_lease_add(daemon->store, &lease, &error)) {
        no_pool_problem(pool, error, problem);
        return NULL;
    }
    if (!pool_grant(daemon, pool, &error)) {
        g_message("pool %s: %s; tried again soon", pool, error->message);
        g_clear_error(&error);
    }
    pool_keeper_wake(daemon->pool_keeper); // another machine takes its place
    return service_lease_show(daemon, id, 0, problem);
}

json_object *service_lease_change(Daemon *daemon, const char *id, json_object *body, Problem **problem)
{
    GError *error = NULL;
    gint64 seconds = 0;
    g_autoptr(StoreLease) lease = find_lease(daemon, id, problem);
    if (!lease || !read_lifetime(body, TRUE, &seconds, problem))
        return NULL;
    g_autofree char *expires = time_later_text(seconds);
    if (store_lease_set_expires(daemon->store, id, expires, &error))
        return service_lease_show(daemon, id, 0, problem);
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_IN_USE)) {
        problem_set(problem, 409, "wrong-state", "lease \"%s\" has no machine: it is %s", id, lease->state);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

json_object *service_lease_end(Daemon *daemon, const char *id, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreLease) lease = find_lease(daemon, id, problem);
    if (!lease)
        return NULL;
    if (!store_lease_end(daemon->store, id, "given back", &error)) {
        service_problem(problem, error);
        return NULL;
    }
    pool_keeper_wake(daemon->pool_keeper);
    return service_lease_show(daemon, id, 0, problem);
}
