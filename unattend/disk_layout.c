// SPDX-License-Identifier: GPL-3.0-or-later
// The partition table as data, and its least size.
#include "unattend/disk_layout.h"

#define MIB ((guint64)1024 * 1024)
// Files that Setup adds to the image: page file, logs, the driver store's growth [B].
#define ROOM_BESIDE_IMAGE (1024 * MIB)
// Before the first partition and for alignment; Setup must not fill the disk exactly [D].
#define ALIGNMENT_ROOM (4 * MIB)

// FACTS "Disk": 100 MB NTFS primary, active, 0x27 (hidden from Explorer), then NTFS with Extend [D].
const DiskPartition disk_partitions[] = {
    { .size_mib = 100, .label = "System Reserved", .type_id = "0x27", .active = TRUE },
    { .label = "Windows", .letter = "C" },
};
const guint disk_partition_count = G_N_ELEMENTS(disk_partitions);

guint64 disk_least_bytes(guint64 image_bytes)
{
    guint64 bytes = ALIGNMENT_ROOM + image_bytes + ROOM_BESIDE_IMAGE;
    for (guint i = 0; i < disk_partition_count; i++)
        bytes += disk_partitions[i].size_mib * MIB;
    return bytes;
}
