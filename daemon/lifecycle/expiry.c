// SPDX-License-Identifier: GPL-3.0-or-later
// See expiry.h. The store is looked at now and then: a lifetime may be changed at any moment, and nobody
// minds a machine that is there some seconds longer.
#include "daemon/lifecycle/expiry.h"

#include "common/ids.h"
#include "daemon/lookout.h"
#include "daemon/service.h"

#define LOOK_EVERY (5 * G_TIME_SPAN_SECOND)

struct Expiry {
    Daemon *daemon;
    Lookout *lookout;
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

static gint64 look(gpointer data)
{
    delete_expired(((Expiry *)data)->daemon);
    return LOOK_EVERY;
}

Expiry *expiry_start(Daemon *daemon)
{
    Expiry *expiry = g_new0(Expiry, 1);
    expiry->daemon = daemon;
    expiry->lookout = lookout_new("expiry", look, expiry);
    lookout_start(expiry->lookout);
    return expiry;
}

void expiry_stop(Expiry *expiry)
{
    if (!expiry)
        return;
    lookout_stop(expiry->lookout);
    lookout_free(expiry->lookout);
    g_free(expiry);
}
