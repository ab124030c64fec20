// SPDX-License-Identifier: GPL-3.0-or-later
// The firmware that a machine starts with: QEMU's SeaBIOS, which file that is on this host, its version, its
// hash. Not for choosing one: QEMU's default for the machine type is what a machine gets.
#pragma once

#include "daemon/vm/connection.h"

typedef struct {
    char *version; // "1.16.2-debian-1.16.2-1"; NULL if the file does not say
    char *sha256;  // hex
} Firmware;
void firmware_free(Firmware *firmware);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Firmware, firmware_free)

// Asks libvirt which emulator it has for "kvm" or "qemu" machines, and that where its files are (-L help):
// seconds at most. NULL with VM_ERROR if it cannot be known, which it cannot of another host's; the caller
// frees.
Firmware *firmware_look(VmConnection *connection, const char *virt_type, GError **error);

// The parts, for tests. The emulator's path in domain capabilities; NULL with VM_ERROR_INVALID. The caller
// frees.
char *firmware_emulator(const char *capabilities, GError **error);
// bios-256k.bin in the first of @folders (as -L help prints them, a line each) that has it. As
// firmware_look().
Firmware *firmware_read(const char *folders, GError **error);
// The version in SeaBIOS's image; NULL if there is none. The caller frees.
char *firmware_version(const void *bytes, gsize length);
