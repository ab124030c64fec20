// SPDX-License-Identifier: GPL-3.0-or-later
// The vendor's boot.wim: its images, and which of them runs Windows Setup. Changing it is boot_wim_build.c's.
#pragma once

#include "wim_metadata.h"
#include "wim_outline.h"

typedef struct {
    ByteSource *source; // borrowed: outlives this
    WimHeader header;
    GPtrArray *images; // of WimImage
    guint setup_index; // the image to boot, 1-based
    WIMStruct *wim;    // an outline (wim_outline.h); NULL once boot_wim_build() has consumed it
} BootWim;

// Opens a boot.wim and chooses the image to boot: the one the header names; if that cannot run Setup, the one
// whose name or FLAGS say Setup, then the last, then any. An image can run Setup when \setup.exe or
// \sources\setup.exe is in its tree (Windows 7: image 1 is WinPE without Setup, image 2 is Setup [P:
// reinstall]). `scratch` is a directory for temporary files. Errors: MEDIA_ERROR_NO_SETUP_IMAGE,
// _WIM_DAMAGED, _UNSUPPORTED_WIM, _IO.
BootWim *boot_wim_open(ByteSource *source, const char *scratch, GError **error);
void boot_wim_free(BootWim *boot);

// The architecture of the Setup image, as WimImage.architecture.
const char *boot_wim_architecture(const BootWim *boot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BootWim, boot_wim_free)
