// SPDX-License-Identifier: GPL-3.0-or-later
// Pools as a client sees them. What fills them: daemon/pools/keeper.c; who has their machines: leases.c.
#include <string.h>

#include "common/ids.h"
#include "daemon/images/clone_request.h"
#include "daemon/images/images.h"
#include "daemon/pools/pools.h"
#include "daemon/quota/gate.h"
#include "daemon/service/service_parts.h"

// ---- Showing ----

static const char *holder_of(const StoreMachine *machine, const GPtrArray *leases)
{
    for (guint i = 0; i < leases->len; i++) {
        const StoreLease *lease = leases->pdata[i];
        if (g_strcmp0(lease->machine_uuid, machine->uuid) == 0)
            return lease->id;
    }
    return NULL;
}

static json_object *members_of(const GPtrArray *members, const GPtrArray *leases)
{
    json_object *array = json_object_new_array();
    for (guint i = 0; i < members->len; i++) {
        const StoreMachine *machine = members->pdata[i];
        json_object *item = json_object_new_object();
        const gboolean stays = strcmp(machine->state, "deleting") != 0;
        json_add_text(item, "vm", machine->name);
        json_add_text(item, "state", stays ? machine->pool_state : "deleting");
        json_add_text(item, "lease", holder_of(machine, leases));
        json_object_array_add(array, item);
    }
    return array;
}

static json_object *pool_to_json(Daemon *daemon, const StorePool *pool, GError **error)
{
    g_autoptr(GPtrArray) members = store_pool_members(daemon->store, pool->name, error);
    g_autoptr(GPtrArray) leases = members ? store_lease_list(daemon->store, pool->name, error) : NULL;
    if (!leases)
        return NULL;
    g_autofree char *trouble = pool_keeper_trouble(daemon->pool_keeper, pool->name);
    json_object *object = json_object_new_object();
    json_add_text(object, "name", pool->name);
    json_add_text(object, "image", pool->image);
    json_add_text(object, "state", pool->state);
    json_object_object_add(object, "ready", json_object_new_int64(pool->ready));
    json_object_object_add(object, "max", json_object_new_int64(pool->max));
    json_add_json(object, "hardware", pool->hardware);
    json_add_text(object, "created", pool->created);
    json_object_object_add(object, "machines", members_of(members, leases));
    json_object_object_add(object, "waiting", json_object_new_int((int)pool_count_waiting(leases)));
    json_add_text(object, "trouble", trouble);
    return object;
}

json_object *service_pool_list(Daemon *daemon, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) pools = store_pool_list(daemon->store, &error);
    g_autoptr(json_object) array = json_object_new_array();
    for (guint i = 0; pools && !error && i < pools->len; i++) {
        json_object *pool = pool_to_json(daemon, pools->pdata[i], &error);
        if (pool)
            json_object_array_add(array, pool);
    }
    if (error) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *object = json_object_new_object();
    json_object_object_add(object, "pools", g_steal_pointer(&array));
    return object;
}

static StorePool *find_pool(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    StorePool *pool = NULL;
    if (store_pool_get(daemon->store, name, &pool, &error))
        return pool;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        problem_set(problem, 404, "not-found", "pool \"%s\": no such pool", name);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

json_object *service_pool_show(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StorePool) pool = find_pool(daemon, name, problem);
    json_object *object = pool ? pool_to_json(daemon, pool, &error) : NULL;
    if (error)
        service_problem(problem, error);
    return object;
}

// ---- Changing ----

// Image and hardware as a clone's request has them, with its faults.
static void read_clone(json_object *body, Faults *faults)
{
    static const char *const members[] = { "image", "hardware" };
    g_autoptr(json_object) document = json_object_new_object();
    json_object_object_add(document, "name", json_object_new_string("pool"));
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        json_object *value = NULL;
        if (json_object_object_get_ex(body, members[i], &value))
            json_object_object_add(document, members[i], json_object_get(value));
    }
    g_autoptr(CloneRequest) request = clone_request_parse(document, faults);
}

static gboolean read_pool(json_object *body, StorePool *pool, Problem **problem)
{
    static const char *const members[] = { "image", "ready", "max", "hardware", NULL };
    g_autoptr(Faults) faults = faults_new();
    gint64 ready = 1, max = 0;
    json_object *hardware = NULL;
    if (strlen(pool->name) > POOL_NAME_MOST)
        faults_add(faults, "", "bad-name", NULL, "a pool's name has at most %d characters", POOL_NAME_MOST);
    if (json_check_members(body, "", members, faults)) {
        read_clone(body, faults);
        json_get_int(body, "", "ready", 0, POOL_MACHINES_MOST, &ready, faults);
        if (!json_get_int(body, "", "max", 1, POOL_MACHINES_MOST, &max, faults))
            max = MAX(ready, 1);
        if (max < ready)
            faults_add(faults, "/max", "conflict", NULL, "must not be below \"ready\"");
    }
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return FALSE;
    }
    json_object_object_get_ex(body, "hardware", &hardware);
    pool->image = g_strdup(json_string_member(body, "image"));
    pool->hardware =
        hardware ? g_strdup(json_object_to_json_string_ext(hardware, JSON_C_TO_STRING_PLAIN)) : NULL;
    pool->ready = (guint)ready;
    pool->max = (guint)max;
    return TRUE;
}

static void put_problem(const StorePool *pool, GError *error, Problem **problem)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        g_autoptr(Faults) faults = faults_new();
        faults_add(faults, "/image", "not-found", NULL, "there is no image \"%s\", or it is not ready",
                   pool->image);
        problem_set_faults(problem, &faults);
        g_error_free(error);
    } else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_IN_USE)) {
        problem_set(problem, 409, "conflict", "pool \"%s\" is being deleted", pool->name);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
}

// That no machine of it could ever be made. What cannot be told yet, store_pool_put() or the keeper says.
static gboolean check_quota(Daemon *daemon, const StorePool *pool, Problem **problem)
{
    CloneSize size;
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(json_object) hardware =
        pool->hardware ? json_parse(pool->hardware, strlen(pool->hardware), NULL) : NULL;
    if (!store_image_get(daemon->store, pool->image, &image, NULL) ||
        !clone_size(daemon, image, hardware, &size, NULL))
        return TRUE;
    const QuotaAmount need = quota_need(size.vcpus, size.memory_mib, size.disk_gib);
    return service_check_quota(daemon, &need, FALSE, hardware ? NULL : "/image", problem);
}

json_object *service_pool_put(Daemon *daemon, const char *name, json_object *body, gboolean *ret_made,
                              Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StorePool) pool = g_new0(StorePool, 1);
    pool->name = g_strdup(name);
    if (!read_pool(body, pool, problem))
        return NULL;
    if (!check_quota(daemon, pool, problem))
        return NULL;
    if (!store_pool_put(daemon->store, pool, ret_made, &error)) {
        put_problem(pool, error, problem);
        return NULL;
    }
    pool_keeper_wake(daemon->pool_keeper);
    return service_pool_show(daemon, name, problem);
}

json_object *service_pool_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StorePool) pool = find_pool(daemon, name, problem);
    if (!pool)
        return NULL;
    if (!store_pool_begin_delete(daemon->store, name, &error)) {
        if (g_error_matches(error, STORE_ERROR, STORE_ERROR_IN_USE)) {
            problem_set(problem, 409, "pool-in-use",
                        "machines of pool \"%s\" are held: end their leases first (sevenctl pool show %s)",
                        name, name);
            g_error_free(error);
        } else {
            service_problem(problem, error);
        }
        return NULL;
    }
    pool_keeper_wake(daemon->pool_keeper);
    return service_pool_show(daemon, name, problem);
}
