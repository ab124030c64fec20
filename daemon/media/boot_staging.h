// SPDX-License-Identifier: GPL-3.0-or-later
// What goes into the Setup image of the boot disc, gathered in a temporary tree for wimlib to take it from:
// scripts, agent and drivers, each with FIXED_TIME as its time stamp.
#pragma once

#include "boot_wim_build.h"

typedef struct {
    char *name;      // the folder below \drivers
    char *directory; // on the host
} BootDriver;

typedef struct {
    char *root;           // the tree; removed by boot_staging_clear()
    GPtrArray *additions; // of BootWimAddition
    guint64 bytes;        // of all that was gathered
    GPtrArray *drvload;   // char *, "X:\\drivers\\name\\a.inf": boot-critical INFs that fit the architecture
} BootStaging;

// Gathers everything below `root`, which must not exist. `drivers` holds BootDriver. The caller clears
// `staging` in any case. Errors: those of driver_package_read(), MEDIA_ERROR_BAD_NAME for a driver's name,
// _NOT_FOUND, _IO.
gboolean boot_staging_fill(BootStaging *staging, const char *root, const char *architecture,
                           const GPtrArray *drivers, const char *start_cmd, const char *agent,
                           GError **error);
void boot_staging_clear(BootStaging *staging);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BootStaging, boot_staging_clear)
