// SPDX-License-Identifier: GPL-3.0-or-later
// What QEMU's devices say of themselves on the PCI bus of the machines that domain_xml.c describes.
#include "daemon/install/machine_devices.h"

#include <string.h>

// On a PCI Express port, where libvirt puts it on q35, QEMU's virtio disk is a virtio 1.0 device only: 1042
// and not the transitional 1001 that the oldest drivers know (virtio 1.0 specification, 4.1.2; QEMU,
// virtio-pci.c).
static const char *const virtio_disk_ids[] = {
    "PCI\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01",
    "PCI\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4",
    "PCI\\VEN_1AF4&DEV_1042&REV_01",
    "PCI\\VEN_1AF4&DEV_1042",
    "PCI\\VEN_1AF4&DEV_1042&CC_010000",
    "PCI\\VEN_1AF4&DEV_1042&CC_0100",
    "PCI\\VEN_1AF4&CC_010000",
    "PCI\\VEN_1AF4&CC_0100",
    "PCI\\VEN_1AF4",
    "PCI\\CC_010000",
    "PCI\\CC_0100",
    NULL,
};
// Without the ids of its class: Windows' own VGA driver has those, and is what a card without driver gets.
static const char *const qxl_ids[] = {
    "PCI\\VEN_1B36&DEV_0100&SUBSYS_11001AF4&REV_05",
    "PCI\\VEN_1B36&DEV_0100&SUBSYS_11001AF4&REV_04",
    "PCI\\VEN_1B36&DEV_0100&SUBSYS_11001AF4",
    "PCI\\VEN_1B36&DEV_0100&REV_05",
    "PCI\\VEN_1B36&DEV_0100&REV_04",
    "PCI\\VEN_1B36&DEV_0100",
    NULL,
};

static const MachineDevice virtio_disk = { "virtio disk", virtio_disk_ids };
static const MachineDevice qxl = { "QXL video card", qxl_ids };

const MachineDevice *machine_disk_device(const MachineRequest *request)
{
    return strcmp(request->disk_bus, "virtio") == 0 ? &virtio_disk : NULL;
}

const MachineDevice *machine_video_device(const MachineRequest *request)
{
    return strcmp(request->video, "qxl") == 0 ? &qxl : NULL;
}

gboolean machine_device_has_id(const MachineDevice *device, const char *hardware_id)
{
    for (gsize i = 0; device->ids[i]; i++)
        if (g_ascii_strcasecmp(device->ids[i], hardware_id) == 0)
            return TRUE;
    return FALSE;
}
