// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt's event loop in a thread of its own, and the events of domains and of the connection that arrive
// there. Not for opening connections.
#include "daemon/vm/connection_parts.h"

#include <libvirt/virterror.h>

static gpointer event_loop(gpointer nothing)
{
    (void)nothing;
    for (;;) {
        if (virEventRunDefaultImpl() < 0)
            g_usleep(100 * G_TIME_SPAN_MILLISECOND);
    }
    return NULL;
}

// The default implementation sleeps until its nearest timer, and a connection closed by libvirt's own
// callbacks frees its handles in the loop: it runs as long as the process.
gboolean event_loop_start(GError **error)
{
    static gsize state;
    enum { STARTED = 1, REFUSED };

    if (g_once_init_enter(&state)) {
        gboolean registered = virEventRegisterDefaultImpl() == 0;
        if (registered)
            g_thread_unref(g_thread_new("libvirt-events", event_loop, NULL));
        g_once_init_leave(&state, registered ? STARTED : REFUSED);
    }
    if (state == STARTED)
        return TRUE;
    g_set_error(error, VM_ERROR, VM_ERROR_FAILED, "libvirt's event loop cannot be registered");
    return FALSE;
}

static void deliver(VmConnection *connection, const char *uuid, VmEventKind kind)
{
    g_mutex_lock(&connection->handler_lock);
    if (connection->handler)
        connection->handler(uuid, kind, connection->handler_data);
    g_mutex_unlock(&connection->handler_lock);
}

static void deliver_of(VmConnection *connection, virDomainPtr domain, VmEventKind kind)
{
    char uuid[VIR_UUID_STRING_BUFLEN];

    if (virDomainGetUUIDString(domain, uuid) == 0)
        deliver(connection, uuid, kind);
}

static int on_lifecycle(virConnectPtr connect, virDomainPtr domain, int event, int detail, void *opaque)
{
    (void)connect;
    switch (event) {
    case VIR_DOMAIN_EVENT_STARTED:
        deliver_of(opaque, domain, VM_EVENT_STARTED);
        break;
    case VIR_DOMAIN_EVENT_STOPPED:
        deliver_of(opaque, domain,
                   detail == VIR_DOMAIN_EVENT_STOPPED_CRASHED || detail == VIR_DOMAIN_EVENT_STOPPED_FAILED
                       ? VM_EVENT_CRASHED
                       : VM_EVENT_STOPPED);
        break;
    case VIR_DOMAIN_EVENT_SHUTDOWN:
        deliver_of(opaque, domain, VM_EVENT_SHUTDOWN);
        break;
    case VIR_DOMAIN_EVENT_CRASHED:
        deliver_of(opaque, domain, VM_EVENT_CRASHED);
        break;
    default: // defined, undefined, suspended, resumed: nothing that an install waits for
        break;
    }
    return 0;
}

static void on_reboot(virConnectPtr connect, virDomainPtr domain, void *opaque)
{
    (void)connect;
    deliver_of(opaque, domain, VM_EVENT_REBOOTED);
}

static void on_close(virConnectPtr connect, int reason, void *opaque)
{
    (void)connect;
    (void)reason;
    connection_lost(opaque);
}

static void release(void *opaque)
{
    connection_unref(opaque);
}

static void register_domain_event(VmConnection *connection, virConnectPtr connect, int id,
                                  virConnectDomainEventGenericCallback callback)
{
    if (virConnectDomainEventRegisterAny(connect, NULL, id, callback, g_atomic_rc_box_acquire(connection),
                                         release) < 0) {
        g_warning("libvirt at %s does not report domain events: %s", connection->uri,
                  virGetLastErrorMessage());
        connection_unref(connection);
    }
}

void events_register(VmConnection *connection, virConnectPtr connect)
{
    // Drivers inside the library, such as test:///, have nobody to keep alive and never close: not an error.
    if (virConnectSetKeepAlive(connect, 5, 3) < 0)
        g_debug("no keepalive with %s: %s", connection->uri, virGetLastErrorMessage());
    if (virConnectRegisterCloseCallback(connect, on_close, g_atomic_rc_box_acquire(connection), release) <
        0) {
        g_debug("no close callback with %s: %s", connection->uri, virGetLastErrorMessage());
        connection_unref(connection);
    }
    register_domain_event(connection, connect, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                          VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
    register_domain_event(connection, connect, VIR_DOMAIN_EVENT_ID_REBOOT,
                          VIR_DOMAIN_EVENT_CALLBACK(on_reboot));
}

// Domain events end with the connection's last reference; only the close callback has to be taken back,
// because closing on purpose is no loss.
void events_unregister(virConnectPtr connect)
{
    virConnectUnregisterCloseCallback(connect, on_close);
}

static void announce(int timer, void *opaque)
{
    virEventRemoveTimeout(timer);
    deliver(opaque, NULL, VM_EVENT_CONNECTED);
}

void events_announce_connected(VmConnection *connection)
{
    if (virEventAddTimeout(0, announce, g_atomic_rc_box_acquire(connection), release) < 0) {
        connection_unref(connection);
        g_warning("libvirt's event loop takes no timers");
    }
}

void vm_connection_set_event_handler(VmConnection *connection, VmEventFunc handler, gpointer data)
{
    g_mutex_lock(&connection->handler_lock);
    connection->handler = handler;
    connection->handler_data = data;
    g_mutex_unlock(&connection->handler_lock);
    // The first connection is usually made before anybody can have set a handler.
    if (handler && vm_connection_is_alive(connection))
        events_announce_connected(connection);
}
