// SPDX-License-Identifier: GPL-3.0-or-later
// One domain, by UUID: define, start, stop, look. Builds no XML (domain_xml.h) and judges no isolation
// (isolation.h). Every function looks the domain up anew, so that libvirtd may restart between any two calls.
// VM_ERROR_NOT_FOUND if it is gone.
#pragma once

#include "daemon/vm/connection.h"

gboolean domain_define(VmConnection *connection, const char *xml,
                       GError **error); // VIR_DOMAIN_DEFINE_VALIDATE
gboolean domain_start(VmConnection *connection, const char *uuid,
                      GError **error); // TRUE also if it runs already; a paused one goes on
gboolean domain_start_paused(VmConnection *connection, const char *uuid,
                             GError **error);                                        // CPUs do not run yet
gboolean domain_suspend(VmConnection *connection, const char *uuid, GError **error); // its processors halt
gboolean domain_resume(VmConnection *connection, const char *uuid, GError **error);
gboolean domain_destroy(VmConnection *connection, const char *uuid,
                        GError **error); // TRUE also if off or gone
gboolean domain_undefine(VmConnection *connection, const char *uuid, GError **error); // TRUE also if gone
gboolean domain_press_power_button(VmConnection *connection, const char *uuid, GError **error); // ACPI

// Presses keys together, of libvirt's set "linux", and lets them go.
gboolean domain_press_keys(VmConnection *connection, const char *uuid, const guint *codes, guint count,
                           GError **error);

// One command to QEMU's monitor (QMP). VM_ERROR_FAILED with QEMU's own words if it refuses. libvirt marks the
// domain as tainted by that; for what libvirt has no call for.
gboolean domain_monitor_command(VmConnection *connection, const char *uuid, const char *command,
                                GError **error);

// Memory of the machine from its next start on.
gboolean domain_set_memory(VmConnection *connection, const char *uuid, guint mib, GError **error);
// Memory that the machine was started with; 0 if it is off.
gboolean domain_running_memory(VmConnection *connection, const char *uuid, guint *ret_mib, GError **error);

typedef enum {
    DOMAIN_GONE,
    DOMAIN_OFF,
    DOMAIN_RUNNING,
    DOMAIN_PAUSED,
    DOMAIN_CRASHED,
    DOMAIN_OTHER
} DomainPower;
gboolean domain_power(VmConnection *connection, const char *uuid, DomainPower *ret_power, GError **error);
// Of all domains at once: UUID → DomainPower. NULL with @error, also where libvirt cannot tell of all at
// once; g_hash_table_unref().
GHashTable *domain_power_all(VmConnection *connection, GError **error);
// Of a paused one: TRUE if QEMU has paused it because the host could not write to its disk, most likely for
// want of space.
gboolean domain_paused_by_disk(VmConnection *connection, const char *uuid);
const char *domain_power_name(DomainPower power); // "gone" "shutoff" "running" "paused" "crashed" "other"

// Strings that the caller frees.
char *domain_live_xml(VmConnection *connection, const char *uuid, GError **error); // of the running domain
char *domain_inactive_xml(VmConnection *connection, const char *uuid, GError **error); // as defined
char *domain_native_command(VmConnection *connection, const char *xml,
                            GError **error); // virConnectDomainXMLToNative

// Takes the disc out of a drive, in the running machine and its definition. TRUE also if the drive is empty.
// Puts the ISO image at @path into a drive of a running machine, until its end; the definition stays as it
// is.
gboolean domain_insert(VmConnection *connection, const char *uuid, const char *drive, const char *path,
                       GError **error);
gboolean domain_eject(VmConnection *connection, const char *uuid, const char *drive, GError **error);
// Bytes written to the machine's disks since QEMU started: evidence that the guest works. VM_ERROR_STATE if
// it is off.
gboolean domain_disk_written(VmConnection *connection, const char *uuid, guint64 *ret_bytes, GError **error);
// Bytes read from one drive (DRIVE_BOOT …) since QEMU started. VM_ERROR_STATE if it is off.
gboolean domain_disk_read(VmConnection *connection, const char *uuid, const char *drive, guint64 *ret_bytes,
                          GError **error);
// Time that the machine's processors have run since QEMU started, and time in which they had work but waited
// for one of the host's: what they would have run on a host of their own.
// VM_ERROR_STATE if it is off.
gboolean domain_processor_demand(VmConnection *connection, const char *uuid, guint64 *ret_nanoseconds,
                                 GError **error);
// The screen as PNG. Converts PPM if this QEMU gives that. The caller owns the bytes.
GBytes *domain_screenshot(VmConnection *connection, const char *uuid, GError **error);
// UUIDs of all domains that QEMU runs, whoever made them; g_strfreev().
char **domain_list_active(VmConnection *connection, GError **error);
// UUIDs of all domains, running or not, whose metadata say that the sevend @instance (DomainSpec) made them,
// so that two daemons on one libvirt leave each other's machines alone; g_strfreev(). For reconciliation.
char **domain_list_owned(VmConnection *connection, const char *instance, GError **error);
