// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of VmConnection, shared by connection.c, connection_events.c and virt_type.c only.
#pragma once

#include "daemon/vm/connection.h"

// Reference-counted (g_atomic_rc_box): libvirt's callbacks and the connector thread each hold one, so that
// vm_connection_free() need not wait for a libvirtd that hangs.
struct VmConnection {
    char *uri, *wanted_virt_type;
    GThread *connector;

    GMutex lock; // guards everything down to `attempted`
    GCond changed;
    virConnectPtr current;  // NULL while there is no connection
    const char *virt_type;  // cached answer of vm_connection_virt_type()
    char *last_failure;     // why the latest attempt did not work
    gboolean lost;          // the connector is to drop `current`
    gboolean closing, done; // vm_connection_free() has begun; the connector has ended
    guint attempted;        // attempts made

    // Held while the handler runs, so that nothing is called once vm_connection_set_event_handler() has
    // returned.
    GMutex handler_lock;
    VmEventFunc handler;
    gpointer handler_data;
};

void connection_unref(VmConnection *connection);
void connection_lost(VmConnection *connection);

// Starts the process's one event loop thread; later calls do nothing. FALSE if libvirt refuses.
gboolean event_loop_start(GError **error);
// Registers for lifecycle and reboot events and for the connection's end. What cannot be registered is
// logged.
void events_register(VmConnection *connection, virConnectPtr connect);
void events_unregister(virConnectPtr connect);
// Calls the handler with VM_EVENT_CONNECTED from the event loop's thread.
void events_announce_connected(VmConnection *connection);

// "kvm" or "qemu" for @wanted "auto", by the domain capabilities of @connect. NULL with @error.
const char *virt_type_detect(virConnectPtr connect, const char *uri, GError **error);
