// SPDX-License-Identifier: GPL-3.0-or-later
// The header of a qcow2 file that somebody else made, before QEMU is given it: it may name files of the host
// as its backing file or data file, and a clone's Windows would read them. (QEMU's docs/interop/qcow2.txt.)
#pragma once

#include "byte_source.h"
#include "common/faults.h"

// Adds a fault at @pointer for everything because of which @disk is not one whole standalone disk: another
// format, a backing file or data file, encryption, internal snapshots, features that are not known here,
// marks of damage, a size beyond @largest bytes, tables beyond the file's end. *@ret_virtual_size: bytes as
// the machine sees them, or 0. FALSE with @error only if it cannot be read.
gboolean qcow2_header_check(ByteSource *disk, guint64 largest, const char *pointer, Faults *faults,
                            guint64 *ret_virtual_size, GError **error);
