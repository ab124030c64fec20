// SPDX-License-Identifier: GPL-3.0-or-later
// DiskConfiguration and InstallTo, for disks with an MBR and up to four primary partitions: what a BIOS
// machine gets.
#include "answerfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// 20 GB is what Microsoft asks for; Setup refuses a partition that cannot hold the unpacked image (12.3 GB
// and its own files).
enum { MOST_PARTITIONS = 4, MIB = 1 << 20, SMALLEST_WINDOWS_MIB = 13000, SMALLEST_SYSTEM_MIB = 60 };

typedef struct {
    long long size; // MiB; 0 for the rest of the disk
    bool formatted;
    bool ntfs;
    bool active;
} Partition;

typedef struct {
    bool configured;
    int count;
    Partition partitions[MOST_PARTITIONS + 1];
} Disk;

static Disk disks[8];
static bool without_page; // WillShowUI is Never: Setup ends instead of asking

static _Noreturn void refuse(int disk, const char *code, const char *why)
{
    detail("[windowsPE] Microsoft-Windows-Setup/DiskConfiguration: disk %d: %s", disk, why);
    stop(without_page ? STOP_TERMINATE : STOP_DIALOG, "Install Windows",
         "Windows could not create a partition on disk %d. The error occurred while applying the unattend "
         "answer file's "
         "<DiskConfiguration> setting. Error code: %s.",
         disk, code);
}

static _Noreturn void refuse_setting(int disk, const char *why)
{
    detail("[windowsPE] Microsoft-Windows-Setup/DiskConfiguration: disk %d: %s", disk, why);
    stop(without_page ? STOP_TERMINATE : STOP_DIALOG, "Install Windows",
         "Windows could not apply the unattend answer file's <DiskConfiguration> setting. Error code: "
         "0x80042565.");
}

static xmlNode *item_with_order(xmlNode *first, long long order, int *found)
{
    xmlNode *match = NULL;
    *found = 0;
    for (xmlNode *item = first; item; item = next_node(item)) {
        if (number_at(item, "Order") == order) {
            match = item;
            (*found)++;
        }
    }
    return match;
}

static int count_items(xmlNode *first)
{
    int count = 0;
    for (xmlNode *item = first; item; item = next_node(item))
        count++;
    return count;
}

static void create_partition(int id, xmlNode *item, bool last, long long *free_mib)
{
    Disk *const disk = &disks[id];
    const char *const type = text_at(item, "Type");
    const bool extend = is_true(item, "Extend");
    const long long size = number_at(item, "Size");
    if (!type || strcmp(type, "Primary") != 0)
        refuse(id, "0x80042565",
               "Type is not Primary, the only one that this BIOS machine's stand-in can have");
    if (extend == (text_at(item, "Size") != NULL))
        refuse(id, "0x80004005", "needs exactly one of Size and Extend");
    if (extend && !last)
        refuse(id, "0x80004005", "Extend leaves no room for the partitions after it");
    if (!extend && size >= *free_mib)
        refuse(id, "0x80004005", "Size fills or exceeds the room");
    if (disk->count == MOST_PARTITIONS)
        refuse(id, "0x80042565", "more than four primary partitions");
    disk->count++;
    disk->partitions[disk->count].size = extend ? *free_mib : size;
    *free_mib -= extend ? *free_mib : size;
    printf("create\t%d\t%d\t%lld\n", id, disk->count, extend ? 0 : size);
}

static void create_partitions(int id, xmlNode *configuration)
{
    xmlNode *const first = find_node(configuration, "CreatePartitions/CreatePartition");
    const int count = count_items(first);
    long long free_mib = (long long)(facts.disks[id] / MIB) - 1;
    for (int order = 1; order <= count; order++) {
        int found;
        xmlNode *const item = item_with_order(first, order, &found);
        if (found != 1)
            refuse(id, "0x80004005", "CreatePartition's Order does not count 1, 2, 3 …");
        create_partition(id, item, order == count, &free_mib);
    }
}

static void modify_partition(int id, xmlNode *item)
{
    const long long number = number_at(item, "PartitionID");
    const char *const format = text_at(item, "Format");
    const char *const label = text_at(item, "Label");
    const char *const letter = text_at(item, "Letter");
    const char *const type = text_at(item, "TypeID");
    if (number < 1 || number > disks[id].count)
        refuse_setting(id, "ModifyPartition names a partition that does not exist");
    if (is_true(item, "Extend"))
        refuse_setting(id, "ModifyPartition/Extend together with CreatePartition");
    if (label && !format)
        refuse_setting(id, "Label without Format");
    if (type && strncmp(type, "0x", 2) != 0)
        refuse_setting(id, "a GPT type on an MBR disk");
    Partition *const partition = &disks[id].partitions[number];
    partition->formatted = partition->formatted || format;
    partition->ntfs = format ? strcmp(format, "NTFS") == 0 : partition->ntfs;
    partition->active = is_true(item, "Active");
    printf("modify\t%d\t%lld\t%s\t%s\t%s\t%s\t%s\n", id, number, format ? format : "-", label ? label : "-",
           letter ? letter : "-", type ? type : "-", partition->active ? "active" : "-");
}

static void modify_partitions(int id, xmlNode *configuration)
{
    xmlNode *const first = find_node(configuration, "ModifyPartitions/ModifyPartition");
    const int count = count_items(first);
    int active = 0;
    for (int order = 1; order <= count; order++) {
        int found;
        xmlNode *const item = item_with_order(first, order, &found);
        if (found != 1)
            refuse_setting(id, "ModifyPartition's Order does not count 1, 2, 3 …");
        modify_partition(id, item);
    }
    for (int i = 1; i <= disks[id].count; i++)
        active += disks[id].partitions[i].active;
    if (active > 1)
        refuse_setting(id, "more than one active partition");
}

static void configure_disk(xmlNode *configuration)
{
    const char *const text = text_at(configuration, "DiskID");
    const long long id = number_at(configuration, "DiskID");
    if (!text || id >= facts.disk_count)
        refuse_setting((int)id, "there is no such disk");
    if (disks[id].configured)
        refuse_setting((int)id, "configured twice");
    disks[id].configured = true;
    printf("disk\t%lld\t%s\n", id, is_true(configuration, "WillWipeDisk") ? "wipe" : "keep");
    create_partitions((int)id, configuration);
    modify_partitions((int)id, configuration);
}

static _Noreturn void stop_at_disk_page(const char *why)
{
    detail("[windowsPE] Microsoft-Windows-Setup/ImageInstall/OSImage: %s", why);
    stop(without_page ? STOP_TERMINATE : STOP_PAGE, "Install Windows",
         facts.disk_count > 0
             ? "Where do you want to install Windows?\n\nDrive options (advanced)"
             : "Where do you want to install Windows?\n\nNo drives were found. Click Load Driver to provide "
               "a mass storage driver for installation.");
}

static void check_target(int id, long long number)
{
    const Partition *const target = &disks[id].partitions[number];
    int system = 0;
    if (!disks[id].configured || number < 1 || number > disks[id].count)
        stop_at_disk_page("InstallTo names a partition that DiskConfiguration did not make");
    if (!target->formatted || !target->ntfs)
        stop_at_disk_page("InstallTo's partition is not formatted as NTFS");
    if (target->size < SMALLEST_WINDOWS_MIB)
        stop_at_disk_page("InstallTo's partition is too small for the image");
    for (int i = 1; i <= disks[id].count; i++)
        if (disks[id].partitions[i].active)
            system = i;
    if (!system || !disks[id].partitions[system].ntfs ||
        disks[id].partitions[system].size < SMALLEST_SYSTEM_MIB) {
        detail("[windowsPE] no active NTFS partition of at least %d MiB on disk %d", SMALLEST_SYSTEM_MIB, id);
        stop(STOP_DIALOG, "Install Windows",
             "Setup was unable to create a new system partition or locate an existing system partition. See "
             "the Setup log "
             "files for more information.");
    }
    printf("system\t%d\t%d\n", id, system);
}

void plan_disks(xmlNode *setup, int *install_disk, int *install_partition)
{
    xmlNode *const configuration = find_node(setup, "DiskConfiguration");
    xmlNode *const target = find_node(setup, "ImageInstall/OSImage/InstallTo");
    const char *const shown = text_at(configuration, "WillShowUI");
    const bool available = is_true(setup, "ImageInstall/OSImage/InstallToAvailablePartition");
    without_page = shown && strcmp(shown, "Never") == 0;
    if (facts.disk_count == 0)
        stop_at_disk_page("no disk that a loaded driver can see");
    xmlNode *const first = find_node(configuration, "Disk");
    if (configuration && !first && without_page)
        refuse_setting(0, "no Disk");
    for (xmlNode *disk = first; disk; disk = next_node(disk))
        configure_disk(disk);
    if (target && available)
        stop_at_disk_page("InstallTo together with InstallToAvailablePartition");
    if (available)
        stop_at_disk_page("InstallToAvailablePartition: the stand-in does not look for room itself");
    if (!text_at(target, "DiskID") || !text_at(target, "PartitionID"))
        stop_at_disk_page("InstallTo without DiskID and PartitionID");
    const long long id = number_at(target, "DiskID");
    if (id >= facts.disk_count)
        stop_at_disk_page("InstallTo names a disk that is not there");
    check_target((int)id, number_at(target, "PartitionID"));
    *install_disk = (int)id;
    *install_partition = (int)number_at(target, "PartitionID");
}
