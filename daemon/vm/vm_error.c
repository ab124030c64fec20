// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt's last error as a GError with one of our codes. Not for printing: libvirt's own printing to
// standard error is switched off in connection.c.
#include "daemon/vm/connection.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <string.h>

G_DEFINE_QUARK(sevend - vm - error, vm_error)

static const struct {
    int libvirt;
    VmError ours;
} codes[] = {
    { VIR_ERR_NO_DOMAIN, VM_ERROR_NOT_FOUND },
    { VIR_ERR_NO_DOMAIN_SNAPSHOT, VM_ERROR_NOT_FOUND },
    { VIR_ERR_OPERATION_TIMEOUT, VM_ERROR_BUSY },
    { VIR_ERR_NO_STORAGE_VOL, VM_ERROR_NOT_FOUND },
    { VIR_ERR_NO_STORAGE_POOL, VM_ERROR_NOT_FOUND },
    { VIR_ERR_NO_DOMAIN_METADATA, VM_ERROR_NOT_FOUND },
    { VIR_ERR_NO_CONNECT, VM_ERROR_UNAVAILABLE },
    { VIR_ERR_INVALID_CONN, VM_ERROR_UNAVAILABLE },
    { VIR_ERR_RPC, VM_ERROR_UNAVAILABLE },
    { VIR_ERR_AUTH_FAILED, VM_ERROR_UNAVAILABLE },
    { VIR_ERR_XML_ERROR, VM_ERROR_INVALID },
    { VIR_ERR_XML_DETAIL, VM_ERROR_INVALID },
    { VIR_ERR_XML_INVALID_SCHEMA, VM_ERROR_INVALID },
    { VIR_ERR_CONFIG_UNSUPPORTED, VM_ERROR_INVALID },
    { VIR_ERR_UNKNOWN_HOST, VM_ERROR_INVALID },
    { VIR_ERR_INVALID_ARG, VM_ERROR_INVALID },
    { VIR_ERR_OPERATION_INVALID, VM_ERROR_STATE },
    { VIR_ERR_DOM_EXIST, VM_ERROR_STATE },
    { VIR_ERR_STORAGE_VOL_EXIST, VM_ERROR_STATE },
};

static VmError code_of(const virError *last)
{
    // Whatever the RPC layer reports ("client socket is closed") means that libvirtd went away in mid-call.
    if (last->domain == VIR_FROM_RPC)
        return VM_ERROR_UNAVAILABLE;
    if (last->code == VIR_ERR_SYSTEM_ERROR && last->int1 == ENOSPC)
        return VM_ERROR_NO_SPACE;
    // qemu-img and the I/O helper are child processes: their errno arrives only as text. So does that of
    // QEMU when it writes a machine's memory, and as a number.
    if (last->message && (strstr(last->message, "No space left on device") ||
                          strstr(last->message, "Error -28 while writing VM")))
        return VM_ERROR_NO_SPACE;
    // While a running machine's disk is read (disk_backup.h) and for a moment after, libvirt refuses instead
    // of waiting.
    if (last->message && strstr(last->message, "active block job"))
        return VM_ERROR_BUSY;
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i].libvirt == last->code)
            return codes[i].ours;
    return VM_ERROR_FAILED;
}

void vm_error_set_libvirt(GError **error, const char *format, ...)
{
    const virError *last = virGetLastError();
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *front = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (last && last->code != VIR_ERR_OK)
        g_set_error(error, VM_ERROR, code_of(last), "%s: %s", front,
                    last->message ? last->message : "libvirt gave no reason");
    else
        g_set_error(error, VM_ERROR, VM_ERROR_FAILED, "%s: libvirt gave no reason", front);
}

gboolean vm_error_passes(const GError *failure)
{
    return g_error_matches(failure, VM_ERROR, VM_ERROR_BUSY) ||
           g_error_matches(failure, VM_ERROR, VM_ERROR_UNAVAILABLE);
}
