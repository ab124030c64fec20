// SPDX-License-Identifier: GPL-3.0-or-later
// The connection to libvirt: its event loop thread, keepalive, reconnecting after libvirtd restarts, domain
// events. Not for any single domain or volume.
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>

#define VM_ERROR (vm_error_quark())
GQuark vm_error_quark(void);
// Whether what failed may work a moment later: libvirt is away, or busy with the domain.
gboolean vm_error_passes(const GError *failure);
typedef enum {
    VM_ERROR_UNAVAILABLE, // no connection to libvirt just now; trying again may help
    VM_ERROR_NOT_FOUND,   // no such domain, snapshot, volume or pool
    VM_ERROR_NO_SPACE,
    VM_ERROR_INVALID, // libvirt refused the XML
    VM_ERROR_STATE,   // domain is not running, or already is
    VM_ERROR_BUSY,    // libvirt is at work on the domain; trying again may help
    VM_ERROR_FAILED,
} VmError;
// Sets @error from libvirt's last error of this thread, with @format text in front.
void vm_error_set_libvirt(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomain, virDomainFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStoragePool, virStoragePoolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStorageVol, virStorageVolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStream, virStreamFree)

typedef struct VmConnection VmConnection;
// Starts the process's event loop thread (which runs until the process ends) and tries to connect; returns
// also when libvirt cannot be reached yet: it goes on trying (1 s, doubling to 30 s). @virt_type: "auto",
// "kvm" or "qemu".
VmConnection *vm_connection_new(const char *uri, const char *virt_type);
void vm_connection_free(VmConnection *connection);

// A reference (virConnectClose when done; g_auto(VmConnect) does it), or NULL with VM_ERROR_UNAVAILABLE.
// Waits up to @wait_ms for a reconnect.
virConnectPtr vm_connection_get(VmConnection *connection, guint wait_ms, GError **error);
typedef virConnectPtr VmConnect;
static inline void vm_connect_release(VmConnect connect)
{
    if (connect)
        virConnectClose(connect);
}
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(VmConnect, vm_connect_release, NULL)

// FALSE if libvirt is on another host: files here are not its.
gboolean vm_connection_is_local(const VmConnection *connection);
gboolean vm_connection_is_alive(VmConnection *connection);
// "9.0.0" and the like, of libvirt's daemon; the caller frees; NULL while unreachable.
char *vm_connection_version(VmConnection *connection);
// "QEMU 7.2.19" and the like; the caller frees; NULL while unreachable.
char *vm_connection_hypervisor(VmConnection *connection);
// "kvm" or "qemu": auto means kvm only where libvirt offers it AND the host CPU's flags show vmx or svm (a
// /dev/kvm without either has hung guests). Static string, or NULL with @error.
const char *vm_connection_virt_type(VmConnection *connection, GError **error);

typedef enum {
    VM_EVENT_STARTED,
    VM_EVENT_STOPPED,
    VM_EVENT_SHUTDOWN,
    VM_EVENT_CRASHED,
    VM_EVENT_REBOOTED,
    VM_EVENT_CONNECTED
} VmEventKind;
// Called in the event loop's thread; must return at once and not set the handler. @uuid is NULL for
// CONNECTED, which comes after each reconnect (events in between are lost: look at the domains anew), and,
// soon after it is set, to a handler that finds a connection. It may come twice.
typedef void (*VmEventFunc)(const char *uuid, VmEventKind kind, gpointer data);
// NULL takes the handler away; it is not running any more when this returns.
void vm_connection_set_event_handler(VmConnection *connection, VmEventFunc handler, gpointer data);
