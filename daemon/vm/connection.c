// SPDX-License-Identifier: GPL-3.0-or-later
// A connector thread keeps one libvirt connection open: it opens, waits for its loss, closes, opens again.
// The other functions only look at what it has. Events: connection_events.c.
#include "daemon/vm/connection_parts.h"

#include <libvirt/virterror.h>
#include <string.h>

#define FIRST_WAIT_SECONDS   1
#define LONGEST_WAIT_SECONDS 30
// How long vm_connection_new() waits for the first attempt, and vm_connection_free() for the connector.
#define PATIENCE_SECONDS 5

static void say_nothing(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static void connection_clear(gpointer box)
{
    VmConnection *connection = box;

    g_free(connection->uri);
    g_free(connection->wanted_virt_type);
    g_free(connection->last_failure);
    g_mutex_clear(&connection->lock);
    g_cond_clear(&connection->changed);
    g_mutex_clear(&connection->handler_lock);
}

void connection_unref(VmConnection *connection)
{
    g_atomic_rc_box_release_full(connection, connection_clear);
}

void connection_lost(VmConnection *connection)
{
    g_mutex_lock(&connection->lock);
    connection->lost = TRUE;
    g_cond_broadcast(&connection->changed);
    g_mutex_unlock(&connection->lock);
}

// Opens without the lock: libvirt may take its time. The connection may be gone again by the time it is
// published; then `lost` is already set and the next round drops it.
static gboolean open_connection(VmConnection *connection)
{
    virConnectPtr connect = virConnectOpen(connection->uri);
    g_autofree char *failure = connect ? NULL : g_strdup(virGetLastErrorMessage());

    if (connect) {
        g_mutex_lock(&connection->lock);
        connection->lost = FALSE;
        g_mutex_unlock(&connection->lock);
        events_register(connection, connect);
    }
    g_mutex_lock(&connection->lock);
    connection->current = connect;
    connection->attempted++;
    g_free(connection->last_failure);
    connection->last_failure = g_steal_pointer(&failure);
    g_cond_broadcast(&connection->changed);
    g_mutex_unlock(&connection->lock);
    return connect != NULL;
}

static void close_connection(VmConnection *connection)
{
    g_mutex_lock(&connection->lock);
    virConnectPtr connect = g_steal_pointer(&connection->current);
    g_mutex_unlock(&connection->lock);
    if (connect) {
        events_unregister(connect);
        virConnectClose(connect);
    }
}

// Sleeps until the connection is lost or @seconds have passed; ends at once when closing. TRUE unless
// closing.
static gboolean wait_for_change(VmConnection *connection, guint seconds)
{
    gint64 until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;

    g_mutex_lock(&connection->lock);
    while (!connection->closing && !(connection->current && connection->lost)) {
        if (connection->current)
            g_cond_wait(&connection->changed, &connection->lock);
        else if (!g_cond_wait_until(&connection->changed, &connection->lock, until))
            break;
    }
    gboolean go_on = !connection->closing;
    g_mutex_unlock(&connection->lock);
    return go_on;
}

static gpointer keep_connected(gpointer data)
{
    VmConnection *connection = data;
    guint wait = FIRST_WAIT_SECONDS;

    for (gboolean first = TRUE;; first = FALSE) {
        gboolean open = open_connection(connection);
        if (open) {
            g_message("connected to libvirt at %s", connection->uri);
            events_announce_connected(connection);
            wait = FIRST_WAIT_SECONDS;
        } else if (first) {
            g_warning("libvirt at %s: %s; trying again", connection->uri, connection->last_failure);
        }
        if (!wait_for_change(connection, wait))
            break;
        if (!open) {
            wait = MIN(wait * 2, LONGEST_WAIT_SECONDS);
            continue;
        }
        g_warning("the connection to libvirt at %s is lost; connecting again", connection->uri);
        close_connection(connection);
        // A libvirtd that takes connections and drops them at once must not keep a core busy.
        if (!wait_for_change(connection, FIRST_WAIT_SECONDS))
            break;
    }
    close_connection(connection);
    g_mutex_lock(&connection->lock);
    connection->done = TRUE;
    g_cond_broadcast(&connection->changed);
    g_mutex_unlock(&connection->lock);
    connection_unref(connection);
    return NULL;
}

VmConnection *vm_connection_new(const char *uri, const char *virt_type)
{
    g_autoptr(GError) error = NULL;

    // By default libvirt prints every error to standard error, from whatever thread.
    virSetErrorFunc(NULL, say_nothing);
    if (virInitialize() < 0 || !event_loop_start(&error))
        g_error("libvirt cannot be used: %s", error ? error->message : virGetLastErrorMessage());

    VmConnection *connection = g_atomic_rc_box_new0(VmConnection);
    connection->uri = g_strdup(uri);
    connection->wanted_virt_type = g_strdup(virt_type);
    g_mutex_init(&connection->lock);
    g_cond_init(&connection->changed);
    g_mutex_init(&connection->handler_lock);
    connection->connector =
        g_thread_new("libvirt-connector", keep_connected, g_atomic_rc_box_acquire(connection));

    gint64 until = g_get_monotonic_time() + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
    g_mutex_lock(&connection->lock);
    while (connection->attempted == 0)
        if (!g_cond_wait_until(&connection->changed, &connection->lock, until))
            break;
    g_mutex_unlock(&connection->lock);
    return connection;
}

void vm_connection_free(VmConnection *connection)
{
    if (connection == NULL)
        return;
    vm_connection_set_event_handler(connection, NULL, NULL);
    gint64 until = g_get_monotonic_time() + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
    g_mutex_lock(&connection->lock);
    connection->closing = TRUE;
    g_cond_broadcast(&connection->changed);
    // A libvirtd that accepts and never answers keeps the connector inside virConnectOpen(): it is left
    // behind.
    while (!connection->done)
        if (!g_cond_wait_until(&connection->changed, &connection->lock, until))
            break;
    gboolean done = connection->done;
    g_mutex_unlock(&connection->lock);
    if (done)
        g_thread_join(connection->connector);
    else
        g_thread_unref(connection->connector);
    connection_unref(connection);
}

// The current connection with a reference, or NULL. Notices a death that no callback has reported yet.
static virConnectPtr take_current(VmConnection *connection)
{
    if (connection->current == NULL || connection->lost)
        return NULL;
    if (virConnectIsAlive(connection->current) == 0) {
        connection->lost = TRUE;
        g_cond_broadcast(&connection->changed);
        return NULL;
    }
    return virConnectRef(connection->current) == 0 ? connection->current : NULL;
}

virConnectPtr vm_connection_get(VmConnection *connection, guint wait_ms, GError **error)
{
    gint64 until = g_get_monotonic_time() + wait_ms * G_TIME_SPAN_MILLISECOND;

    g_mutex_lock(&connection->lock);
    virConnectPtr connect = take_current(connection);
    while (connect == NULL && !connection->closing) {
        if (!g_cond_wait_until(&connection->changed, &connection->lock, until))
            break;
        connect = take_current(connection);
    }
    if (connect == NULL)
        g_set_error(error, VM_ERROR, VM_ERROR_UNAVAILABLE, "libvirt at %s cannot be reached: %s",
                    connection->uri,
                    connection->last_failure ? connection->last_failure : "the connection was lost");
    g_mutex_unlock(&connection->lock);
    return connect;
}

gboolean vm_connection_is_alive(VmConnection *connection)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, 0, NULL);

    return connect != NULL;
}

char *vm_connection_version(VmConnection *connection)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, 0, NULL);
    unsigned long version; // 1,000,000 × major + 1,000 × minor + release

    if (connect == NULL || virConnectGetLibVersion(connect, &version) < 0)
        return NULL;
    return g_strdup_printf("%lu.%lu.%lu", version / 1000000, version / 1000 % 1000, version % 1000);
}

char *vm_connection_hypervisor(VmConnection *connection)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, 0, NULL);
    unsigned long version;

    if (connect == NULL || virConnectGetVersion(connect, &version) < 0)
        return NULL;
    return g_strdup_printf("%s %lu.%lu.%lu", virConnectGetType(connect), version / 1000000,
                           version / 1000 % 1000, version % 1000);
}

const char *vm_connection_virt_type(VmConnection *connection, GError **error)
{
    if (strcmp(connection->wanted_virt_type, "kvm") == 0)
        return "kvm";
    if (strcmp(connection->wanted_virt_type, "qemu") == 0)
        return "qemu";

    g_mutex_lock(&connection->lock);
    const char *known = connection->virt_type;
    g_mutex_unlock(&connection->lock);
    if (known)
        return known;

    g_auto(VmConnect) connect = vm_connection_get(connection, 0, error);
    if (connect == NULL)
        return NULL;
    known = virt_type_detect(connect, connection->uri, error);
    g_mutex_lock(&connection->lock);
    connection->virt_type = known;
    g_mutex_unlock(&connection->lock);
    return known;
}
