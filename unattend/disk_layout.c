// SPDX-License-Identifier: GPL-3.0-or-later
// The partition table as data, and its arithmetic.
#include "unattend/disk_layout.h"

#include <string.h>

#include "unattend/text_rules.h"

#define MIB ((guint64)1024 * 1024)
// Files that Setup adds to the image: page file, logs, the driver store's growth [B].
#define ROOM_BESIDE_IMAGE (1024 * MIB)
// Before the first partition and for alignment; Setup must not fill the disk exactly [D].
#define ALIGNMENT_ROOM (4 * MIB)
#define LEAST_DATA_MIB 8u
// An MBR disk ends at 2 TiB.
#define MOST_MIB (2047 * 1024)

// Labels of NTFS volumes have at most 32 characters, and none of these [D].
static const TextRule label_rule = { TEXT_IF_PRESENT, 32, "\"*/:<>?\\|" };

static const char *const layouts[] = { "system-windows", "single", "system-windows-data", NULL };

typedef struct {
    gint64 system_mib, windows_mib;
    const char *system_label, *windows_label, *data_label;
    const char *data_letter;
} Choice;

// FACTS "Disk": 100 MB NTFS primary, active, 0x27 (hidden from Explorer), then NTFS with Extend [D].
static DiskPartition system_partition(const Choice *choice)
{
    return (DiskPartition){
        .size_mib = (guint)choice->system_mib,
        .label = g_strdup(choice->system_label),
        .type_id = "0x27",
        .active = TRUE,
        .size_pointer = "/disk/system_mib",
        .label_pointer = "/disk/system_label",
    };
}

static DiskPartition windows_partition(const Choice *choice)
{
    return (DiskPartition){
        .size_mib = (guint)choice->windows_mib,
        .label = g_strdup(choice->windows_label),
        .letter = "C",
        .size_pointer = "/disk/windows_mib",
        .label_pointer = "/disk/windows_label",
    };
}

static DiskPartition data_partition(const Choice *choice)
{
    return (DiskPartition){
        .label = g_strdup(choice->data_label),
        .letter = choice->data_letter,
        .size_pointer = "/disk/layout",
        .label_pointer = "/disk/data_label",
        .letter_pointer = "/disk/data_letter",
    };
}

static void lay_out(DiskLayout *layout, const char *name, const Choice *choice)
{
    if (strcmp(name, "single") == 0) {
        layout->partitions[layout->count++] = windows_partition(choice);
        layout->partitions[0].active = TRUE;
        layout->windows = 1;
        return;
    }
    layout->partitions[layout->count++] = system_partition(choice);
    layout->partitions[layout->count++] = windows_partition(choice);
    layout->windows = 2;
    if (strcmp(name, "system-windows-data") == 0)
        layout->partitions[layout->count++] = data_partition(choice);
}

// Members that mean nothing in the layout that was chosen.
static void check_unused(json_object *disk, const char *name, Faults *faults)
{
    static const struct {
        const char *member;
        gboolean of_system, of_data;
    } members[] = {
        { "system_mib", TRUE, FALSE },
        { "system_label", TRUE, FALSE },
        { "data_label", FALSE, TRUE },
        { "data_letter", FALSE, TRUE },
    };
    const gboolean has_system = strcmp(name, "single") != 0;
    const gboolean has_data = strcmp(name, "system-windows-data") == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        json_object *value = NULL;
        if (!json_object_object_get_ex(disk, members[i].member, &value) || value == NULL ||
            (!(members[i].of_system && !has_system) && !(members[i].of_data && !has_data)))
            continue;
        g_autofree char *pointer = json_pointer_append("/disk", members[i].member);
        faults_add(faults, pointer, "not-in-layout", NULL, "Layout \"%s\" has no such partition.", name);
    }
}

static const char *parse_letter(json_object *disk, Faults *faults)
{
    static const char *const allowed[] = { "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O",
                                           "P", "Q", "R", "S", "T", "U", "V", "W", "Y", "Z", NULL };
    const char *letter = choice_member(disk, "/disk", "data_letter", allowed, faults);
    for (gsize i = 0; letter != NULL && allowed[i] != NULL; i++)
        if (strcmp(allowed[i], letter) == 0)
            return allowed[i]; // static, the member is not
    return "D";
}

static const char *label_or(json_object *disk, const char *member, const char *otherwise, Faults *faults)
{
    const char *label = text_member(disk, "/disk", member, &label_rule, faults);
    return label != NULL ? label : otherwise;
}

void disk_layout_parse(DiskLayout *layout, json_object *request, Faults *faults)
{
    static const char *const members[] = { "layout",        "system_mib", "windows_mib", "system_label",
                                           "windows_label", "data_label", "data_letter", NULL };
    g_autoptr(json_object) none = json_object_new_object();
    json_object *disk = none;
    if (json_get_object(request, "", "disk", &disk, faults))
        json_check_members(disk, "/disk", members, faults);
    const char *name = choice_member(disk, "/disk", "layout", layouts, faults);
    if (name == NULL)
        name = layouts[0];
    Choice choice = {
        .system_mib = 100,
        .system_label = label_or(disk, "system_label", "System Reserved", faults),
        .windows_label = label_or(disk, "windows_label", "Windows", faults),
        .data_label = label_or(disk, "data_label", "Data", faults),
        .data_letter = parse_letter(disk, faults),
    };
    json_get_int(disk, "/disk", "system_mib", 100, 10240, &choice.system_mib, faults);
    const gboolean sized =
        json_get_int(disk, "/disk", "windows_mib", 1024, MOST_MIB, &choice.windows_mib, faults);
    if (!sized && strcmp(name, "system-windows-data") == 0 &&
        !json_object_object_get_ex(disk, "windows_mib", NULL))
        faults_add(faults, "/disk/windows_mib", "required", NULL,
                   "This is required: the data partition gets what Windows leaves.");
    check_unused(disk, name, faults);
    lay_out(layout, name, &choice);
}

void disk_layout_clear(DiskLayout *layout)
{
    for (guint i = 0; i < layout->count; i++)
        g_free(layout->partitions[i].label);
    layout->count = 0;
}

static guint64 to_mib(guint64 bytes)
{
    return (bytes + MIB - 1) / MIB;
}

void disk_layout_check(const DiskLayout *layout, guint64 image_bytes, guint64 disk_bytes, Faults *faults)
{
    const guint64 windows = image_bytes + ROOM_BESIDE_IMAGE;
    const guint64 given = (guint64)layout->partitions[layout->windows - 1].size_mib * MIB;
    guint64 others = ALIGNMENT_ROOM;
    for (guint i = 0; i < layout->count; i++) {
        const DiskPartition *partition = &layout->partitions[i];
        if (i + 1 != layout->windows)
            others += (partition->size_mib > 0 ? partition->size_mib : LEAST_DATA_MIB) * MIB;
    }
    if (given > 0 && given < windows)
        faults_add(faults, "/disk/windows_mib", "disk-too-small", NULL,
                   "Windows needs a partition of at least %" G_GUINT64_FORMAT " MiB.", to_mib(windows));
    if (disk_bytes == 0)
        return;
    if (given > 0 && disk_bytes < others + given)
        faults_add(faults, "/disk/windows_mib", "disk-too-small", NULL,
                   "The disk has %" G_GUINT64_FORMAT " MiB, the partitions need %" G_GUINT64_FORMAT " MiB.",
                   disk_bytes / MIB, to_mib(others + given));
    else if (disk_bytes < others + windows)
        faults_add(faults, "/hardware/disk_gib", "disk-too-small", NULL,
                   "Windows needs a disk of at least %" G_GUINT64_FORMAT " MiB.", to_mib(others + windows));
}
