// SPDX-License-Identifier: GPL-3.0-or-later
// See agent_lock.h. The table holds the paths that are taken, nothing else.
#include "daemon/vm/agent_lock.h"

#include "daemon/vm/agent.h"

static GMutex lock;
static GCond released;
static GHashTable *taken; // set of socket paths

static void wake(GCancellable *cancellable, gpointer nothing)
{
    (void)cancellable;
    (void)nothing;
    g_mutex_lock(&lock);
    g_cond_broadcast(&released);
    g_mutex_unlock(&lock);
}

gboolean agent_lock_take(const char *socket_path, gint64 deadline, GCancellable *cancellable, GError **error)
{
    gulong handler = cancellable ? g_cancellable_connect(cancellable, G_CALLBACK(wake), NULL, NULL) : 0;
    gboolean in_time = TRUE;

    g_mutex_lock(&lock);
    if (taken == NULL)
        taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    while (in_time && g_hash_table_contains(taken, socket_path) && !g_cancellable_is_cancelled(cancellable))
        in_time = g_cond_wait_until(&released, &lock, deadline);
    gboolean cancelled = g_cancellable_is_cancelled(cancellable);
    gboolean free_now = !g_hash_table_contains(taken, socket_path);
    if (free_now && !cancelled)
        g_hash_table_add(taken, g_strdup(socket_path));
    g_mutex_unlock(&lock);

    g_cancellable_disconnect(cancellable, handler);
    if (cancelled)
        g_cancellable_set_error_if_cancelled(cancellable, error);
    else if (!free_now)
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_BUSY, "another exchange with this machine is under way");
    return free_now && !cancelled;
}

void agent_lock_release(const char *socket_path)
{
    g_mutex_lock(&lock);
    g_hash_table_remove(taken, socket_path);
    g_cond_broadcast(&released);
    g_mutex_unlock(&lock);
}
