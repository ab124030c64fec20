// SPDX-License-Identifier: GPL-3.0-or-later
// "disk" of a request: how disk 0 is divided. All partitions are primary, NTFS, and numbered from 1.
#pragma once

#include "common/json.h"

#define DISK_NUMBER         0
#define DISK_MAX_PARTITIONS 3

typedef struct {
    guint size_mib;      // 0: the rest of the disk (Extend)
    char *label;         // or NULL
    const char *letter;  // or NULL; static
    const char *type_id; // MBR type, or NULL for that of its file system
    gboolean active;
    const char *size_pointer; // the settings that carry these; static
    const char *label_pointer;
    const char *letter_pointer;
} DiskPartition;

typedef struct {
    DiskPartition partitions[DISK_MAX_PARTITIONS];
    guint count;
    guint windows; // number of the partition that Windows goes to
} DiskLayout;

// "layout" is one of
//  - "system-windows": as Windows 7's own Setup divides a disk on a BIOS machine, the default;
//  - "single": one active partition with everything;
//  - "system-windows-data": a third partition with a letter of its own; "windows_mib" is needed.
// Adds faults.
void disk_layout_parse(DiskLayout *layout, json_object *request, Faults *faults);
void disk_layout_clear(DiskLayout *layout);

// Whether an image of @image_bytes (0: not known) finds room on a disk of @disk_bytes. Adds faults.
void disk_layout_check(const DiskLayout *layout, guint64 image_bytes, guint64 disk_bytes, Faults *faults);
