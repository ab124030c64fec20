// SPDX-License-Identifier: GPL-3.0-or-later
// The boot disc: the vendor's boot loader and its Windows Setup image with our scripts and the drivers in it.
// The vendor's disc is only read.
#pragma once

#include "boot_staging.h"
#include "iso_writer.h"
#include "windows_disc.h"

typedef struct {
    const char *disc;         // the vendor's image
    const GPtrArray *drivers; // of BootDriver
    const char *start_cmd;    // host file: \sevend\start.cmd
    const char *agent;        // host file: \sevend\sevend-agent.exe
    const char *output;       // the image to write
} BootDiscRequest;

typedef struct {
    guint64 size;
    guint64 boot_wim_size;
    char *hash;         // of the image, hex: XXH3-128 of a boot disc, SHA-256 of an exported one
    GPtrArray *drvload; // as in BootStaging
} BootDiscResult;

// Builds the disc. Errors: those of windows_disc_open(), boot_staging_fill(), boot_wim_build() and
// iso_writer_write(). Nothing is left behind on failure.
gboolean boot_disc_build(const BootDiscRequest *request, BootDiscResult *ret, Progress *progress,
                         GError **error);
// SHA-256, in hex, over all that a boot disc takes from the vendor's disc: boot.wim, bootmgr, the boot
// folder, the boot image and its El Torito entry. Two discs with the same hash give the same boot disc. To be
// freed.
char *boot_disc_sources_sha256(WindowsDisc *disc, GError **error);

void boot_disc_result_clear(BootDiscResult *result);

// -- for export_disc.c, which puts the same onto a larger disc.
// The Setup image with scripts and drivers, for `output`; reads from the vendor's image when it is written.
ByteSource *boot_disc_make_wim(const BootDiscRequest *request, WindowsDisc *disc, const OutputFile *output,
                               const char *scratch, BootDiscResult *result, Progress *progress,
                               GError **error);
// Adds a file of the vendor's disc, which reads from the disc's image when the disc is written.
gboolean boot_disc_add_vendor_file(IsoWriter *writer, WindowsDisc *disc, const char *from, const char *to,
                                   GError **error);
// sources/boot.wim (taken), bootmgr, the boot folder and the boot entry, in lower case. `keep_prompt`: with
// bootfix.bin, which asks for a key before it starts from a disc while there is a system to start on the hard
// disk.
gboolean boot_disc_lay_out(IsoWriter *writer, WindowsDisc *disc, ByteSource *boot_wim, gboolean keep_prompt,
                           GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BootDiscResult, boot_disc_result_clear)
