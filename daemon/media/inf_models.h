// SPDX-License-Identifier: GPL-3.0-or-later
// The models of a driver's INF: which section of [Manufacturer]'s Windows 7 would use on an architecture, and
// the hardware in it. Rules [D]: "INF Manufacturer Section", "INF Models Section".
#pragma once

#include "inf.h"

typedef struct {
    char *description; // as spelt, with its %strings%; NULL if there is none
    char *install;     // base name of the install section
    GPtrArray *ids;    // char *: the hardware id, then compatible ids
    guint line;        // in the file
} InfModel;

typedef struct {
    char *decoration;  // of the first section that was chosen, as spelt: "NTamd64.6.1"; "" for an undecorated
                       // one
    GPtrArray *models; // InfModel, of all manufacturers; none: the INF does not serve that system
} InfModels;

// @architecture: "amd64" or "x86". Never NULL.
InfModels *inf_models_read(const InfFile *inf, const char *architecture);
void inf_models_free(InfModels *models);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(InfModels, inf_models_free)
