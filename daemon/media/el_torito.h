// SPDX-License-Identifier: GPL-3.0-or-later
// The boot entry of a disc: where the BIOS finds the boot image and how much of it it loads.
#pragma once

#include "disc_reader.h"

typedef struct {
    guint8 platform;      // 0 x86
    guint8 emulation;     // 0 none
    guint16 load_segment; // 0 stands for 0x7C0
    guint16 load_size;    // in virtual sectors of 512 bytes
    guint32 image_block;  // of the disc, 2048 bytes each
} ElTorito;

// Reads the default entry of the boot catalogue. MEDIA_ERROR_NO_EL_TORITO when the disc has none that a BIOS
// can boot, and when it emulates a floppy or hard disk (no Windows 7 disc does; 55 of 55 in facts/disc.md
// have platform 0, no emulation, 8 sectors, segment 0 [P: osinfo-db's isoinfo outputs]).
gboolean el_torito_read(DiscReader *reader, ElTorito *ret, GError **error);

// The path of the file that is the boot image ("boot/etfsboot.com"), NULL when no file of the boot folder
// lies there. To be freed.
char *el_torito_image_path(DiscReader *reader, const ElTorito *entry);

// The bytes of the boot image: as many as the BIOS loads, or the whole file where it is known and longer.
GBytes *el_torito_image(DiscReader *reader, const ElTorito *entry, GError **error);
