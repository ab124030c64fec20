// SPDX-License-Identifier: GPL-3.0-or-later
// A disc image that was found to be a Windows 7 installation disc, and what it holds.
#pragma once

#include "boot_wim.h"
#include "disc_reader.h"
#include "ei_cfg.h"
#include "el_torito.h"
#include "pe_version.h"

typedef struct {
    DiscReader *reader;
    char *name;               // "disc "x.iso"", for error texts
    ByteSource *install_file; // sources/install.wim
    WimHeader install_header;
    GPtrArray *images;     // WimImage of install.wim, all of them
    ByteSource *boot_file; // sources/boot.wim
    BootWim *boot;
    EiCfg *ei_cfg; // NULL where the disc has none
    ElTorito el_torito;
    char *boot_image_path; // NULL where the boot image is no file of the boot folder
} WindowsDisc;

// Opens a disc image and refuses what is no Windows 7 disc that we can install from. `scratch` is a directory
// for temporary files. Errors: those of disc_reader_open(), MEDIA_ERROR_NOT_WINDOWS, _NOT_WINDOWS_7 (the
// message names the version), _NO_INSTALL_WIM, _NO_BOOT_WIM, _NO_SETUP_IMAGE, _NO_EL_TORITO, _WIM_DAMAGED,
// _UNSUPPORTED_WIM, _ESD_IMAGE, _SPLIT_WIM, _WINPE_DISC. WIMs are checked as far as their tables go
// (wim_blobs_check()).
WindowsDisc *windows_disc_open(const char *path, const char *scratch, GError **error);

// "amd64" or "x86": that of the Setup image, or of the first Windows 7 image where boot.wim does not say.
// Static.
const char *windows_disc_architecture(const WindowsDisc *disc);

// Version of winload.exe, the installed system's boot loader, in the first Windows 7 image; FALSE if it has
// none or it cannot be read.
gboolean windows_disc_winload(const WindowsDisc *disc, PeVersion *ret);
// TRUE if a system with that winload.exe starts drivers that are signed with SHA-2 only [P: reinstall]; else
// such a boot driver installs, and the first boot from disk fails.
gboolean windows_verifies_sha2(const PeVersion *winload);

void windows_disc_free(WindowsDisc *disc);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WindowsDisc, windows_disc_free)
