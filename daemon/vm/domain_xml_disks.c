// SPDX-License-Identifier: GPL-3.0-or-later
// The machine's disk and its three CD drives. Which disc holds what: DESIGN, "The boot disc".
#include <string.h>

#include "daemon/vm/domain_xml_parts.h"

static xmlNode *add_drive(xmlNode *devices, const char *type, const char *device, const char *format)
{
    xmlNode *disk = xml_add(devices, "disk");

    xml_set(disk, "type", type, "device", device, NULL);
    xml_set(xml_add(disk, "driver"), "name", "qemu", "type", format, NULL);
    return disk;
}

static void add_disk(xmlNode *devices, const DomainSpec *spec)
{
    gboolean virtio = strcmp(spec->disk_bus, "virtio") == 0;
    xmlNode *disk = add_drive(devices, "volume", "disk", "qcow2");

    // Write-back with the guest's flushes is safe and, unlike "none", works on every file system. TRIM and
    // zeroes from the guest keep the volume sparse.
    xml_set(xml_find(disk, "driver"), "cache", "writeback", "discard", "unmap", "detect_zeroes", "unmap",
            NULL);
    xml_set(xml_add(disk, "source"), "pool", spec->pool, "volume", spec->volume, NULL);
    xml_set(xml_add(disk, "target"), "dev", virtio ? "vda" : "sda", "bus", spec->disk_bus, NULL);
    // First: an empty disk falls through to the boot disc, an installed one makes the disc harmless.
    xml_set(xml_add(disk, "boot"), "order", "1", NULL);
}

// On SATA whatever the disk's bus is: Windows 7 has a driver for it, and the drive letters stay the same.
static void finish_cd(xmlNode *cd, const char *target, const char *boot_order)
{
    xml_set(xml_add(cd, "target"), "dev", target, "bus", "sata", NULL);
    xml_add(cd, "readonly");
    if (boot_order)
        xml_set(xml_add(cd, "boot"), "order", boot_order, NULL);
}

static void add_shared_cd(xmlNode *devices, const char *path, const char *target, const char *boot_order)
{
    xmlNode *cd = add_drive(devices, "file", "cdrom", "raw");

    if (path) {
        xmlNode *source = xml_add(cd, "source");
        xml_set(source, "file", path, "startupPolicy", "mandatory", NULL);
        // libvirt would give the file to QEMU's user and, since it is read-only, never back. AppArmor's and
        // SELinux's labels stay libvirt's business.
        xml_set(xml_add(source, "seclabel"), "model", "dac", "relabel", "no", NULL);
    }
    finish_cd(cd, target, boot_order);
}

static void add_config_cd(xmlNode *devices, const DomainSpec *spec)
{
    xmlNode *cd = add_drive(devices, spec->config_volume ? "volume" : "file", "cdrom", "raw");

    if (spec->config_volume)
        xml_set(xml_add(cd, "source"), "pool", spec->config_pool, "volume", spec->config_volume, NULL);
    finish_cd(cd, DRIVE_CONFIG, NULL);
}

void domain_xml_add_disks(xmlNode *devices, const DomainSpec *spec)
{
    add_disk(devices, spec);
    add_shared_cd(devices, spec->boot_disc, DRIVE_BOOT, "2");
    add_shared_cd(devices, spec->vendor_disc, DRIVE_VENDOR, NULL);
    add_config_cd(devices, spec);
}
