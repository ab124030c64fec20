// SPDX-License-Identifier: GPL-3.0-or-later
// How disk 0 is divided: the layout that Windows 7's own Setup makes on a BIOS machine.
#pragma once

#include <glib.h>

typedef struct {
    guint size_mib; // 0: the rest of the disk (Extend)
    const char *label;
    const char *letter;  // or NULL
    const char *type_id; // MBR type, or NULL for that of its file system
    gboolean active;
} DiskPartition;

// All primary, NTFS, numbered from 1.
extern const DiskPartition disk_partitions[];
extern const guint disk_partition_count;

#define DISK_NUMBER            0
#define DISK_WINDOWS_PARTITION 2

// The least size of disk 0 on which an image of @image_bytes (0: not known) finds room.
guint64 disk_least_bytes(guint64 image_bytes);
