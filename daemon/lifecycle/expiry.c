// SPDX-License-Identifier: GPL-3.0-or-later
// See expiry.h. A thread that looks at the store now and then: a lifetime may be changed at any moment, and
// nobody minds a machine that is there some seconds longer.
#include "daemon/lifecycle/expiry.h"

#include "common/ids.h"
#include "daemon/service.h"

#define LOOK_EVERY (5 * G_TIME_SPAN_SECOND)

struct Expiry {
    Daemon *daemon;
    GThread *thread;
    GMutex lock;
    GCond changed;
    gboolean stopping;
};

static void delete_expired(Daemon *daemon)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *now = time_now_text();
    g_auto(GStrv) names = store_machine_expired(daemon->store, now, &error);
    if (!names)
        g_warning("lifetimes: %s", error->message);
    for (gsize i = 0; names && names[i]; i++) {
        g_autoptr(Problem) problem = NULL;
        g_autoptr(json_object) job = service_vm_delete(daemon, names[i], &problem);
        if (job)
            g_message("machine %s: its lifetime is over; it is being deleted", names[i]);
        else
            g_warning("machine %s: its lifetime is over, and it cannot be deleted: %s", names[i],
                      problem->detail);
    }
}

static gpointer watch(gpointer data)
{
    Expiry *expiry = data;
    g_mutex_lock(&expiry->lock);
    while (!expiry->stopping) {
        g_mutex_unlock(&expiry->lock);
        delete_expired(expiry->daemon);
        g_mutex_lock(&expiry->lock);
        const gint64 until = g_get_monotonic_time() + LOOK_EVERY;
        while (!expiry->stopping && g_cond_wait_until(&expiry->changed, &expiry->lock, until))
            continue;
    }
    g_mutex_unlock(&expiry->lock);
    return NULL;
}

Expiry *expiry_start(Daemon *daemon)
{
    Expiry *expiry = g_new0(Expiry, 1);
    expiry->daemon = daemon;
    g_mutex_init(&expiry->lock);
    g_cond_init(&expiry->changed);
    expiry->thread = g_thread_new("expiry", watch, expiry);
    return expiry;
}

void expiry_stop(Expiry *expiry)
{
    if (!expiry)
        return;
    g_mutex_lock(&expiry->lock);
    expiry->stopping = TRUE;
    g_cond_broadcast(&expiry->changed);
    g_mutex_unlock(&expiry->lock);
    g_thread_join(expiry->thread);
    g_mutex_clear(&expiry->lock);
    g_cond_clear(&expiry->changed);
    g_free(expiry);
}
