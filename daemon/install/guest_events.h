// SPDX-License-Identifier: GPL-3.0-or-later
// What libvirt's events say of guests that are being installed, counted by machine, from the event loop's
// thread to the job's.
#pragma once

#include "daemon/vm/connection.h"

typedef struct GuestEvents GuestEvents;
GuestEvents *guest_events_new(void);
void guest_events_free(GuestEvents *events);

// For vm_connection_set_event_handler(): counts the event if the machine is watched.
void guest_events_take(GuestEvents *events, const char *uuid, VmEventKind kind);

typedef struct {
    guint reboots; // since the last call
    gboolean crashed;
} GuestEventCounts;
void guest_events_watch(GuestEvents *events, const char *uuid);
void guest_events_unwatch(GuestEvents *events, const char *uuid);
GuestEventCounts guest_events_collect(GuestEvents *events, const char *uuid);
