// SPDX-License-Identifier: GPL-3.0-or-later
// What may be in the XML of a machine without network: one table, and the names of the checks. All else is a
// violation. The walk over the XML, and rules about two things at once: isolation_xml.c.
#include <string.h>

#include "daemon/vm/isolation_parts.h"

const IsolationCheckName isolation_xml_checks[] = {
    { "well-formed", "well-formed XML of a domain" },
    { "domain-type", "" },
    { "known-elements", "every element and attribute outside <devices> is on the list" },
    { "no-foreign-namespace",
      "no element or attribute of another namespace (qemu:commandline) but <metadata>" },
    { "known-devices", "" },
    { "no-interface", "no <interface> element" },
    { "no-hostdev", "no <hostdev> element" },
    { "no-redirdev", "no <redirdev> element" },
    { "no-filesystem", "no <filesystem> element" },
    { "no-shmem", "no <shmem> element" },
    { "no-vsock", "no <vsock> element" },
    { "no-channel", "no <channel> element" },
    { "no-smartcard", "no <smartcard> element" },
    { "no-tpm", "no <tpm> element" },
    { "no-rng", "no <rng> element" },
    { "no-balloon", "" },
    { "graphics-without-listener", "no <graphics> element" },
    { "serial-ports-local", "no serial port" },
    { "disks-local", "no disk" },
    { "controllers-emulated", "no controller" },
    { "input-emulated", "no input device" },
    { "sound-goes-nowhere", "no sound device" },
    { "video-emulated", "no screen" },
    { "confined", "libvirt's default confinement (no <seclabel> of its own)" },
};
const gsize isolation_xml_check_count = G_N_ELEMENTS(isolation_xml_checks);

static const IsolationRule rules[] = {
    { "domain", "domain-type", "!type=kvm|qemu id" },
    { "domain/name", "known-elements", "" },
    { "domain/uuid", "known-elements", "" },
    { "domain/genid", "known-elements", "" },
    { "domain/title", "known-elements", "" },
    { "domain/description", "known-elements", "" },
    { "domain/metadata/**", "known-elements", "*" },
    { "domain/memory", "known-elements", "unit dumpCore" },
    { "domain/currentMemory", "known-elements", "unit" },
    { "domain/vcpu", "known-elements", "*" },
    { "domain/vcpus/**", "known-elements", "*" },
    { "domain/iothreads", "known-elements", "" },
    { "domain/iothreadids/**", "known-elements", "*" },
    { "domain/cputune/**", "known-elements", "*" },
    { "domain/blkiotune/**", "known-elements", "*" },
    { "domain/memtune/**", "known-elements", "*" },
    { "domain/numatune/**", "known-elements", "*" },
    { "domain/resource", "known-elements", "" },
    { "domain/resource/partition", "known-elements", "" },
    { "domain/os", "known-elements", "" },
    { "domain/os/type", "known-elements", "arch machine" },
    { "domain/os/boot", "known-elements", "dev=hd|cdrom|fd" },
    { "domain/os/bootmenu", "known-elements", "enable timeout" },
    { "domain/os/bios", "known-elements", "useserial rebootTimeout" },
    { "domain/os/smbios", "known-elements", "mode" },
    { "domain/features/**", "known-elements", "*" },
    { "domain/cpu/**", "known-elements", "*" },
    { "domain/clock/**", "known-elements", "*" },
    { "domain/on_poweroff", "known-elements", "" },
    { "domain/on_reboot", "known-elements", "" },
    { "domain/on_crash", "known-elements", "" },
    { "domain/on_lockfailure", "known-elements", "" },
    { "domain/pm/**", "known-elements", "*" },
    // "none" would leave QEMU unconfined.
    { "domain/seclabel", "confined", "!type=dynamic|static model relabel" },
    { "domain/seclabel/label", "confined", "" },
    { "domain/seclabel/imagelabel", "confined", "" },
    { "domain/seclabel/baselabel", "confined", "" },

    { "domain/devices", "known-devices", "" },
    { "domain/devices/emulator", "known-devices", "" },

    // Not "network" (QEMU itself would connect), "block", "nvme" (the host's own disks), "dir", "vhostuser",
    // "vhostvdpa"; not device "lun"; no <shareable/>, which two machines could talk through.
    { "domain/devices/disk", "disks-local", "!type=file|volume device=disk|cdrom|floppy model snapshot" },
    { "domain/devices/disk/driver", "disks-local",
      "name=qemu type=raw|qcow2 cache io ioeventfd event_idx copy_on_read discard detect_zeroes error_policy "
      "rerror_policy iothread queues queue_size" },
    { "domain/devices/disk/source", "disks-local", "file=/ pool volume index startupPolicy" },
    { "domain/devices/disk/source/seclabel/**", "disks-local", "*" },
    { "domain/devices/disk/backingStore", "disks-local", "type=file|volume index" },
    { "domain/devices/disk/backingStore/format", "disks-local", "type=raw|qcow2" },
    { "domain/devices/disk/backingStore/source", "disks-local", "file=/ pool volume index startupPolicy" },
    { "domain/devices/disk/backingStore/source/seclabel/**", "disks-local", "*" },
    { "domain/devices/disk/target", "disks-local",
      "dev bus=sata|virtio|scsi|usb|ide|fdc removable rotation_rate tray" },
    { "domain/devices/disk/readonly", "disks-local", "" },
    { "domain/devices/disk/boot", "disks-local", "order" },
    { "domain/devices/disk/serial", "disks-local", "" },
    { "domain/devices/disk/wwn", "disks-local", "" },
    { "domain/devices/disk/vendor", "disks-local", "" },
    { "domain/devices/disk/product", "disks-local", "" },
    { "domain/devices/disk/blockio/**", "disks-local", "*" },
    { "domain/devices/disk/geometry/**", "disks-local", "*" },
    { "domain/devices/disk/iotune/**", "disks-local", "*" },
    { "domain/devices/disk/alias/**", "disks-local", "*" },
    { "domain/devices/disk/address/**", "disks-local", "*" },

    // Not virtio-serial (channels) and ccid (smart cards).
    { "domain/devices/controller", "controllers-emulated",
      "!type=pci|sata|usb|scsi|ide|fdc index model ports" },
    { "domain/devices/controller/driver/**", "controllers-emulated", "*" },
    { "domain/devices/controller/model/**", "controllers-emulated", "*" },
    { "domain/devices/controller/target/**", "controllers-emulated", "*" },
    { "domain/devices/controller/master/**", "controllers-emulated", "*" },
    { "domain/devices/controller/alias/**", "controllers-emulated", "*" },
    { "domain/devices/controller/address/**", "controllers-emulated", "*" },
    { "domain/devices/hub", "controllers-emulated", "!type=usb" },
    { "domain/devices/hub/alias/**", "controllers-emulated", "*" },
    { "domain/devices/hub/address/**", "controllers-emulated", "*" },

    // A pseudo-terminal, or a Unix socket that QEMU listens on. Not tcp, udp, dev, pipe, file, stdio, vc.
    { "domain/devices/serial", "serial-ports-local", "!type=pty|unix" },
    { "domain/devices/serial/source", "serial-ports-local", "mode=bind path=/" },
    { "domain/devices/serial/source/seclabel/**", "serial-ports-local", "*" },
    { "domain/devices/serial/log", "serial-ports-local", "file=/ append" },
    { "domain/devices/serial/target", "serial-ports-local", "type=isa-serial|pci-serial port" },
    { "domain/devices/serial/target/model", "serial-ports-local", "name=isa-serial|pci-serial" },
    { "domain/devices/serial/alias/**", "serial-ports-local", "*" },
    { "domain/devices/serial/address/**", "serial-ports-local", "*" },
    // libvirt shows the first serial port a second time under this name.
    { "domain/devices/console", "serial-ports-local", "!type=pty|unix tty=/" },
    { "domain/devices/console/source", "serial-ports-local", "mode=bind path=/" },
    { "domain/devices/console/source/seclabel/**", "serial-ports-local", "*" },
    { "domain/devices/console/log", "serial-ports-local", "file=/ append" },
    { "domain/devices/console/target", "serial-ports-local", "type=serial port" },
    { "domain/devices/console/alias/**", "serial-ports-local", "*" },
    { "domain/devices/console/address/**", "serial-ports-local", "*" },

    // Not "passthrough" and "evdev", which are the host's own.
    { "domain/devices/input", "input-emulated", "!type=mouse|tablet|keyboard bus=ps2|usb|virtio model" },
    { "domain/devices/input/driver/**", "input-emulated", "*" },
    { "domain/devices/input/alias/**", "input-emulated", "*" },
    { "domain/devices/input/address/**", "input-emulated", "*" },

    // No SPICE, SDL, RDP, D-Bus or EGL; VNC without port, address, socket, websocket or clipboard.
    { "domain/devices/graphics", "graphics-without-listener", "!type=vnc sharePolicy" },
    { "domain/devices/graphics/listen", "graphics-without-listener", "!type=none" },

    { "domain/devices/sound", "sound-goes-nowhere", "model" },
    { "domain/devices/sound/codec", "sound-goes-nowhere", "type" },
    { "domain/devices/sound/audio", "sound-goes-nowhere", "id" },
    { "domain/devices/sound/driver/**", "sound-goes-nowhere", "*" },
    { "domain/devices/sound/alias/**", "sound-goes-nowhere", "*" },
    { "domain/devices/sound/address/**", "sound-goes-nowhere", "*" },
    // PulseAudio's server may be across a network.
    { "domain/devices/audio", "sound-goes-nowhere", "id !type=none" },

    { "domain/devices/video", "video-emulated", "" },
    { "domain/devices/video/driver", "video-emulated", "name=qemu" },
    { "domain/devices/video/model", "video-emulated",
      "!type=vga|qxl|cirrus|bochs|virtio|none ram vram vram64 vgamem heads primary" },
    { "domain/devices/video/model/resolution", "video-emulated", "x y" },
    { "domain/devices/video/model/acceleration", "video-emulated", "accel2d=no accel3d=no" },
    { "domain/devices/video/alias/**", "video-emulated", "*" },
    { "domain/devices/video/address/**", "video-emulated", "*" },

    { "domain/devices/memballoon", "no-balloon", "!model=none" },
    { "domain/devices/watchdog", "known-devices", "model action=reset|shutdown|poweroff|pause|none" },
    { "domain/devices/watchdog/alias/**", "known-devices", "*" },
    { "domain/devices/watchdog/address/**", "known-devices", "*" },
    { "domain/devices/panic", "known-devices", "model" },
    { "domain/devices/panic/alias/**", "known-devices", "*" },
    { "domain/devices/panic/address/**", "known-devices", "*" },
};

// Devices that DESIGN names one by one; any other unknown device violates "known-devices".
static const char *const forbidden[][2] = {
    { "interface", "no-interface" },
    { "hostdev", "no-hostdev" },
    { "redirdev", "no-redirdev" },
    { "redirfilter", "no-redirdev" },
    { "filesystem", "no-filesystem" },
    { "shmem", "no-shmem" },
    { "vsock", "no-vsock" },
    { "channel", "no-channel" },
    { "smartcard", "no-smartcard" },
    { "tpm", "no-tpm" },
    { "rng", "no-rng" },
    { "parallel", "serial-ports-local" },
};

// "a/**" covers a and everything below.
static gboolean covers(const char *rule_path, const char *path)
{
    gsize length = strlen(rule_path);

    if (!g_str_has_suffix(rule_path, "/**"))
        return strcmp(rule_path, path) == 0;
    length -= strlen("/**");
    return strncmp(rule_path, path, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

const IsolationRule *isolation_rule_find(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (covers(rules[i].path, path))
            return &rules[i];
    return NULL;
}

const char *isolation_rule_check_of_unknown(const char *name, const IsolationRule *parent)
{
    gboolean device = parent && strcmp(parent->path, "domain/devices") == 0;

    for (gsize i = 0; device && i < G_N_ELEMENTS(forbidden); i++)
        if (strcmp(forbidden[i][0], name) == 0)
            return forbidden[i][1];
    if (parent == NULL || strcmp(parent->path, "domain") == 0)
        return "known-elements";
    return parent->check;
}
