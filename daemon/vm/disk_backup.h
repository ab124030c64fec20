// SPDX-License-Identifier: GPL-3.0-or-later
// A running machine's disk as it is at one instant, readable over NBD while the machine goes on (libvirt's
// pull backup; "Efficient live full disk backup" in its documentation). Nothing of it is in the guest.
#pragma once

#include "daemon/vm/connection.h"

// @drive: the disk's target ("sda"), which is also the export's name. @folder: where QEMU's user may make the
// socket, "nbd.sock", and the file for what the guest overwrites meanwhile. One a machine at a time:
// VM_ERROR_FAILED if another is under way, or QEMU cannot.
gboolean disk_backup_begin(VmConnection *connection, const char *uuid, const char *drive, const char *folder,
                           GError **error);
// TRUE also if it has ended by itself.
gboolean disk_backup_end(VmConnection *connection, const char *uuid, GError **error);
// Ends one that a daemon which was killed has left, so that nothing else of the machine has to wait for it.
// Other jobs of libvirt's are left alone. TRUE if there is none (any more).
gboolean disk_backup_end_abandoned(VmConnection *connection, const char *uuid, GError **error);
