// SPDX-License-Identifier: GPL-3.0-or-later
// The devices of a machine that Windows 7 has no driver for, by the identifiers under which it looks for one.
#pragma once

#include "daemon/install/request.h"

typedef struct {
    const char *name; // for messages: "virtio disk"
    // Hardware ids, then compatible ids; the most specific first, NULL-terminated [D: "Identifiers for PCI
    // Devices"].
    const char *const *ids;
} MachineDevice;

// The machine's own disk, if Windows 7 needs a driver to see it; NULL for SATA.
const MachineDevice *machine_disk_device(const MachineRequest *request);
// The video card, if it is more with a driver; NULL for std VGA.
const MachineDevice *machine_video_device(const MachineRequest *request);

// Whether a driver whose INF names @hardware_id (in any case) is one for @device.
gboolean machine_device_has_id(const MachineDevice *device, const char *hardware_id);
