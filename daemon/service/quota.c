// SPDX-License-Identifier: GPL-3.0-or-later
// Quotas as the API shows them.
#include <string.h>

#include "daemon/install/install.h"
#include "daemon/quota/gate.h"
#include "daemon/quota/text.h"
#include "daemon/service/service_parts.h"

// Without a limit: null.
static json_object *limits_to_json(const QuotaAmount *limit)
{
    json_object *object = json_object_new_object();
    for (int r = 0; r < QUOTA_COUNT; r++)
        json_object_object_add(object, quota_resource_member((QuotaResource)r),
                               limit->of[r] > 0 ? json_object_new_int64(limit->of[r]) : NULL);
    return object;
}

static json_object *used_to_json(const QuotaUse *use)
{
    json_object *object = json_object_new_object();
    for (int r = 0; r < QUOTA_COUNT; r++)
        json_object_object_add(object, quota_resource_member((QuotaResource)r),
                               json_object_new_int64(use->amount.of[r]));
    return object;
}

static json_object *waiting_to_json(const GPtrArray *waiters, const char *user_or_null)
{
    json_object *array = json_object_new_array();
    for (guint i = 0; i < waiters->len; i++) {
        const StoreWaiter *waiter = waiters->pdata[i];
        if (user_or_null && strcmp(waiter->user, user_or_null) != 0)
            continue;
        json_object *item = json_object_new_object();
        json_add_text(item, "job", waiter->job);
        json_add_text(item, "user", waiter->user);
        json_add_text(item, "waiting", waiter->waiting);
        json_object_array_add(array, item);
    }
    return array;
}

static json_object *part_to_json(const QuotaAmount *limit, const QuotaUses *uses, const GPtrArray *waiters,
                                 const char *user_or_null)
{
    const QuotaUse use = quota_sum(uses->uses, uses->count, user_or_null);
    json_object *object = json_object_new_object();
    if (user_or_null)
        json_add_text(object, "name", user_or_null);
    json_object_object_add(object, "limits", limits_to_json(limit));
    json_object_object_add(object, "used", used_to_json(&use));
    json_object_object_add(object, "waiting", waiting_to_json(waiters, user_or_null));
    return object;
}

json_object *service_quota(Daemon *daemon, const char *user, Problem **problem)
{
    GError *error = NULL;
    g_auto(QuotaUses) uses = { NULL, NULL, 0 };
    const QuotaLimits limits = quota_limits(daemon->config);
    g_mutex_lock(quota_lock());
    if (!quota_look_at_power(daemon, &error))
        g_debug("quotas: %s; what ran last counts", error->message);
    g_mutex_unlock(quota_lock());
    g_clear_error(&error);
    g_autoptr(GPtrArray) waiters = store_quota_waiters(daemon->store, install_job_kind.name, &error);
    if (!waiters || !quota_uses_read(daemon, &uses, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *object = json_object_new_object();
    json_object_object_add(object, "host", part_to_json(&limits.host, &uses, waiters, NULL));
    json_object_object_add(object, "user", part_to_json(&limits.user, &uses, waiters, user));
    return object;
}
