// SPDX-License-Identifier: GPL-3.0-or-later
// What the install sections of a driver's INF do: which files of the package Windows would copy, and whether
// the driver's service starts with the loader. Rules [D]: "INF DDInstall Section", "INF CopyFiles Directive",
// "INF SourceDisksNames Section", "INF SourceDisksFiles Section", "INF AddService Directive".
#pragma once

#include "inf_models.h"
#include "inf_problems.h"

typedef struct {
    char *source; // path from the INF's folder, '/' separated, without ".." and as the INF spells it
    guint line;   // of the line that names the file
} InfCopy;

typedef struct {
    GPtrArray *copies;   // InfCopy, each file once
    gboolean boot_start; // some service has StartType 0
} InfInstall;

// Follows the sections that @models name, with the decoration that Windows would choose on @architecture.
// Adds problems: missing-section, missing-source, bad-path.
InfInstall *inf_install_read(const InfFile *inf, const char *architecture, const InfModels *models,
                             InfProblems *problems);
void inf_install_free(InfInstall *install);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(InfInstall, inf_install_free)
