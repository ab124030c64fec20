// SPDX-License-Identifier: GPL-3.0-or-later
// See lookout.h.
#include "daemon/lookout.h"

struct Lookout {
    const char *name;
    LookoutFunc look;
    gpointer data;
    GThread *thread;
    GMutex lock;
    GCond changed;
    gboolean stopping, woken;
};

static gpointer keep_looking(gpointer data)
{
    Lookout *lookout = data;
    g_mutex_lock(&lookout->lock);
    while (!lookout->stopping) {
        lookout->woken = FALSE;
        g_mutex_unlock(&lookout->lock);
        const gint64 until = lookout->look(lookout->data) + g_get_monotonic_time();
        g_mutex_lock(&lookout->lock);
        while (!lookout->stopping && !lookout->woken &&
               g_cond_wait_until(&lookout->changed, &lookout->lock, until))
            continue;
    }
    g_mutex_unlock(&lookout->lock);
    return NULL;
}

Lookout *lookout_new(const char *name, LookoutFunc look, gpointer data)
{
    Lookout *lookout = g_new0(Lookout, 1);
    lookout->name = name;
    lookout->look = look;
    lookout->data = data;
    g_mutex_init(&lookout->lock);
    g_cond_init(&lookout->changed);
    return lookout;
}

void lookout_start(Lookout *lookout)
{
    lookout->thread = g_thread_new(lookout->name, keep_looking, lookout);
}

void lookout_wake(Lookout *lookout)
{
    g_mutex_lock(&lookout->lock);
    lookout->woken = TRUE;
    g_cond_broadcast(&lookout->changed);
    g_mutex_unlock(&lookout->lock);
}

gboolean lookout_is_stopping(Lookout *lookout)
{
    g_mutex_lock(&lookout->lock);
    const gboolean stopping = lookout->stopping;
    g_mutex_unlock(&lookout->lock);
    return stopping;
}

void lookout_stop(Lookout *lookout)
{
    if (!lookout || !lookout->thread)
        return;
    g_mutex_lock(&lookout->lock);
    lookout->stopping = TRUE;
    g_cond_broadcast(&lookout->changed);
    g_mutex_unlock(&lookout->lock);
    g_thread_join(g_steal_pointer(&lookout->thread));
}

void lookout_free(Lookout *lookout)
{
    if (!lookout)
        return;
    g_mutex_clear(&lookout->lock);
    g_cond_clear(&lookout->changed);
    g_free(lookout);
}
