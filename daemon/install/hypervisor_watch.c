// SPDX-License-Identifier: GPL-3.0-or-later
// See hypervisor_watch.h.
#include "daemon/install/hypervisor_watch.h"

#include "daemon/vm/domain.h"

struct HypervisorWatch {
    VmConnection *libvirt;
    char *uuid;
    gint64 limit;
    GThread *thread;
    GMutex lock;
    GCond changed;
    gint64 entered; // or 0: nobody is in a call
    gint64 hung;
    gboolean ends;
};

static gpointer run(gpointer data)
{
    HypervisorWatch *watch = data;
    g_mutex_lock(&watch->lock);
    while (!watch->ends) {
        const gint64 entered = watch->entered;
        if (entered == 0 || watch->hung != 0) {
            g_cond_wait(&watch->changed, &watch->lock);
        } else if (g_cond_wait_until(&watch->changed, &watch->lock, entered + watch->limit)) {
            continue;
        } else if (watch->entered == entered) {
            watch->hung = g_get_monotonic_time() - entered;
            g_mutex_unlock(&watch->lock);
            g_autoptr(GError) error = NULL;
            if (!domain_destroy(watch->libvirt, watch->uuid, &error))
                g_warning("domain %s, which does not answer: %s", watch->uuid, error->message);
            g_mutex_lock(&watch->lock);
        }
    }
    g_mutex_unlock(&watch->lock);
    return NULL;
}

HypervisorWatch *hypervisor_watch_new(VmConnection *libvirt, const char *uuid, gint64 limit)
{
    HypervisorWatch *watch = g_new0(HypervisorWatch, 1);
    watch->libvirt = libvirt;
    watch->uuid = g_strdup(uuid);
    watch->limit = limit;
    g_mutex_init(&watch->lock);
    g_cond_init(&watch->changed);
    watch->thread = g_thread_new("hypervisor", run, watch);
    return watch;
}

void hypervisor_watch_free(HypervisorWatch *watch)
{
    if (!watch)
        return;
    g_mutex_lock(&watch->lock);
    watch->ends = TRUE;
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
    g_thread_join(watch->thread);
    g_mutex_clear(&watch->lock);
    g_cond_clear(&watch->changed);
    g_free(watch->uuid);
    g_free(watch);
}

static void set_entered(HypervisorWatch *watch, gint64 when)
{
    g_mutex_lock(&watch->lock);
    watch->entered = when;
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
}

void hypervisor_watch_enter(HypervisorWatch *watch)
{
    set_entered(watch, g_get_monotonic_time());
}

void hypervisor_watch_leave(HypervisorWatch *watch)
{
    set_entered(watch, 0);
}

gint64 hypervisor_watch_hung(HypervisorWatch *watch)
{
    g_mutex_lock(&watch->lock);
    const gint64 hung = watch->hung;
    g_mutex_unlock(&watch->lock);
    return hung;
}
