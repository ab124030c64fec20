// SPDX-License-Identifier: GPL-3.0-or-later
// The four primary partitions of a master boot record (UEFI specification, 5.2.1): all that sevend's answer
// files make, on BIOS machines with disks under 2 TiB.
#pragma once

#include <glib.h>

#define PARTITION_SECTOR 512u
#define PARTITIONS_MOST  4u
#define PARTITION_NTFS   0x07 // also exFAT's; the volume itself tells

typedef struct {
    guint8 type;
    guint64 offset, length; // bytes
} Partition;

// Those that lie within @disk_bytes; their number. 0 for what is no master boot record.
guint partition_table_read(const guint8 sector[PARTITION_SECTOR], guint64 disk_bytes,
                           Partition ret_partitions[PARTITIONS_MOST]);
