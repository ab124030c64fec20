// SPDX-License-Identifier: GPL-3.0-or-later
// A file of a machine that is too large for its serial port comes out past Windows: the agent brings it to
// the disk and hashes it, libvirt gives the running disk as it is at that instant, sevend-media reads the
// file from its NTFS, and what was read must have that hash. Private to daemon/service.
#pragma once

#include "daemon/service/service_parts.h"

// The file of @size bytes, as the agent tells it, whole, unlinked, open for reading from its beginning: its
// descriptor, which the caller closes, and in *@ret_sha256 its hash in hex, which the caller frees. -1 with
// @error if it cannot be had in this way (not on the system
// drive, compressed by something that NTFS is not, libvirt or QEMU cannot): then the port is left.
int file_snapshot_take(Daemon *daemon, const StoreMachine *machine, const AgentAddress *address,
                       const char *path, guint64 size, char **ret_sha256, GError **error);
