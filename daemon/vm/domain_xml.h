// SPDX-License-Identifier: GPL-3.0-or-later
// The domain XML of a machine: DESIGN's "The machine" as data, built with libxml2. Pure: no libvirt call.
#pragma once

#include <glib.h>

typedef struct {
    const char *name, *uuid;
    const char *machine;      // the store's machine name, for <metadata>
    const char *instance;     // which sevend: the id of its store, for <metadata>; see domain_list_owned()
    const char *virt_type;    // "kvm" or "qemu"
    const char *architecture; // "amd64" or "x86" (guest): emulator arch x86_64 in both cases
    guint vcpus, sockets, memory_mib; // vcpus: in all, a multiple of sockets
    const char *pool, *volume;        // disk volume in the pool (qcow2)
    const char *disk_bus;             // "sata" or "virtio"
    // Host paths of ISO files; NULL: empty drive. libvirt does not change their owner or mode, because
    // several machines share them and libvirt never gives a read-only disc back: QEMU's user (qemu.conf) must
    // be able to read them (0644 below folders with x for others).
    const char *boot_disc, *vendor_disc;
    const char *config_pool, *config_volume; // raw volume; NULL: empty drive
    const char *video;                       // "std" or "qxl"
    const char *sound;                       // "none" or "hda"
    const char *com1_log;                    // host path: virtlogd keeps every byte of COM1 there
    const char *com2_socket;                 // host path, at most 107 bytes
    // Raw XML of further devices, from a template file of the operator (never from a client); NULL-terminated
    // or NULL.
    const char *const *extra_devices;
} DomainSpec;

#define DOMAIN_METADATA_NAMESPACE "https://sevend.invalid/domain/1"
// Drive names in the guest's bus: what domain_eject() takes.
#define DRIVE_BOOT   "sdb"
#define DRIVE_VENDOR "sdc"
#define DRIVE_CONFIG "sdd"

// The caller frees. Errors: VM_ERROR_INVALID (an extra device that is not well-formed, a path too long or
// relative, an unknown word, text that XML cannot hold). Extra devices are not judged here: isolation.h does.
// Boot disc and vendor's disc must exist at each start: eject them (domain_eject) before deleting them.
char *domain_xml_build(const DomainSpec *spec, GError **error);
