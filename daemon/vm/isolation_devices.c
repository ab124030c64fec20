// SPDX-License-Identifier: GPL-3.0-or-later
// QEMU's device models and emulators that a machine without network may have, and names for those that it may
// not.
#include "daemon/vm/isolation_parts.h"

// All of them emulated whole, with nothing of the host behind them.
static const char *const allowed[] = {
    // buses and bridges
    "pcie-root-port",
    "ioh3420",
    "pcie-pci-bridge",
    "pci-bridge",
    "i82801b11-bridge",
    "ich9-usb-ehci1",
    "ich9-usb-ehci2",
    "ich9-usb-uhci1",
    "ich9-usb-uhci2",
    "ich9-usb-uhci3",
    "ich9-usb-uhci4",
    "ich9-usb-uhci5",
    "ich9-usb-uhci6",
    "piix3-usb-uhci",
    "piix4-usb-uhci",
    "usb-ehci",
    "nec-usb-xhci",
    "qemu-xhci",
    "usb-hub",
    "ich9-ahci",
    "ahci",
    "piix3-ide",
    "isa-fdc",
    // disks
    "ide-hd",
    "ide-cd",
    "scsi-hd",
    "scsi-cd",
    "usb-storage",
    "floppy",
    "virtio-blk-pci",
    "virtio-blk-pci-transitional",
    "virtio-blk-pci-non-transitional",
    "virtio-scsi-pci",
    "virtio-scsi-pci-transitional",
    "virtio-scsi-pci-non-transitional",
    "lsi",
    "lsi53c895a",
    "megasas",
    // ports, input
    "isa-serial",
    "pci-serial",
    "usb-tablet",
    "usb-mouse",
    "usb-kbd",
    "virtio-tablet-pci",
    "virtio-mouse-pci",
    "virtio-keyboard-pci",
    // screen
    "VGA",
    "qxl-vga",
    "qxl",
    "cirrus-vga",
    "bochs-display",
    "secondary-vga",
    "virtio-vga",
    "virtio-gpu-pci",
    // sound
    "intel-hda",
    "ich9-intel-hda",
    "hda-duplex",
    "hda-output",
    "hda-micro",
    "AC97",
    "ES1370",
    "sb16",
    // watchdogs, panic
    "i6300esb",
    "ib700",
    "pvpanic",
    "pvpanic-pci",
};

// Patterns of g_pattern_match_simple(), first match counts.
static const char *const refused[][2] = {
    { "*-net", "no-network-device" },       { "*-net-*", "no-network-device" },
    { "*net-pci*", "no-network-device" },   { "e1000*", "no-network-device" },
    { "rtl8139*", "no-network-device" },    { "ne2k*", "no-network-device" },
    { "pcnet*", "no-network-device" },      { "vmxnet*", "no-network-device" },
    { "i8255*", "no-network-device" },      { "i82801", "no-network-device" },
    { "igb*", "no-network-device" },        { "tulip*", "no-network-device" },
    { "rocker*", "no-network-device" },     { "*vsock*", "no-network-device" },
    { "pvrdma*", "no-network-device" },     { "usb-bt*", "no-network-device" },
    { "vfio-*", "no-host-device" },         { "*-assign", "no-host-device" },
    { "usb-host*", "no-host-device" },      { "usb-redir*", "no-host-device" },
    { "vhost-*", "no-host-device" },        { "vhost_*", "no-host-device" },
    { "ivshmem*", "no-host-device" },       { "scsi-generic", "no-host-device" },
    { "scsi-block", "no-host-device" },     { "*-9p*", "no-host-device" },
    { "*-fs*", "no-host-device" },          { "usb-mtp*", "no-host-device" },
    { "u2f-*", "no-host-device" },          { "usb-ccid*", "no-host-device" },
    { "ccid-*", "no-host-device" },         { "*serial-pci*", "no-host-device" },
    { "virtserialport", "no-host-device" }, { "virtconsole", "no-host-device" },
    { "usb-serial", "no-host-device" },     { "usb-braille", "no-host-device" },
    { "virtio-rng*", "no-host-device" },    { "virtio-input-host*", "no-host-device" },
    { "virtio-crypto*", "no-host-device" }, { "tpm-*", "no-host-device" },
    { "xen-*", "no-host-device" },
};

const char *isolation_device_violation(const char *model)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
        if (g_pattern_match_simple(refused[i][0], model))
            return refused[i][1];
    for (gsize i = 0; i < G_N_ELEMENTS(allowed); i++)
        if (g_strcmp0(allowed[i], model) == 0)
            return NULL;
    return "known-devices";
}

gboolean isolation_emulator_is_known(const char *path)
{
    static const char *const known[] = { "/usr/bin/qemu-system-x86_64",
                                         "/usr/bin/qemu-kvm",
                                         "/usr/bin/kvm",
                                         "/usr/libexec/qemu-kvm",
                                         "/usr/local/bin/qemu-system-x86_64",
                                         NULL };

    return g_strv_contains(known, path);
}
