// SPDX-License-Identifier: GPL-3.0-or-later
// Counting domain events. What they mean for an install is guest_stage.c's business.
#include "daemon/install/guest_events.h"

struct GuestEvents {
    GMutex lock;
    GHashTable *counts; // uuid → GuestEventCounts
};

GuestEvents *guest_events_new(void)
{
    GuestEvents *events = g_new0(GuestEvents, 1);
    g_mutex_init(&events->lock);
    events->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return events;
}

void guest_events_free(GuestEvents *events)
{
    if (!events)
        return;
    g_hash_table_unref(events->counts);
    g_mutex_clear(&events->lock);
    g_free(events);
}

void guest_events_take(GuestEvents *events, const char *uuid, VmEventKind kind)
{
    g_mutex_lock(&events->lock);
    GuestEventCounts *counts = uuid ? g_hash_table_lookup(events->counts, uuid) : NULL;
    if (counts && kind == VM_EVENT_REBOOTED)
        counts->reboots++;
    if (counts && kind == VM_EVENT_CRASHED)
        counts->crashed = TRUE;
    g_mutex_unlock(&events->lock);
}

void guest_events_watch(GuestEvents *events, const char *uuid)
{
    g_mutex_lock(&events->lock);
    if (!g_hash_table_contains(events->counts, uuid))
        g_hash_table_insert(events->counts, g_strdup(uuid), g_new0(GuestEventCounts, 1));
    g_mutex_unlock(&events->lock);
}

void guest_events_unwatch(GuestEvents *events, const char *uuid)
{
    g_mutex_lock(&events->lock);
    g_hash_table_remove(events->counts, uuid);
    g_mutex_unlock(&events->lock);
}

GuestEventCounts guest_events_collect(GuestEvents *events, const char *uuid)
{
    GuestEventCounts result = { 0 };
    g_mutex_lock(&events->lock);
    GuestEventCounts *counts = g_hash_table_lookup(events->counts, uuid);
    if (counts) {
        result = *counts;
        *counts = (GuestEventCounts){ 0 };
    }
    g_mutex_unlock(&events->lock);
    return result;
}
