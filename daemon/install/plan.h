// SPDX-License-Identifier: GPL-3.0-or-later
// The plan of an install: a checked request resolved against what is there: template, disc, edition, driver
// packages. Making one is preflight: every known reason for which Setup would stop later is a fault here.
// Nothing is built.
#pragma once

#include <gio/gio.h>

#include "daemon/daemon.h"
#include "daemon/install/request.h"
#include "daemon/library/boot_disc_cache.h"
#include "daemon/library/discs.h"
#include "daemon/library/templates.h"

typedef struct {
    Template *template;
    MachineRequest *request;
    Disc *disc;
    json_object *inspection;
    json_object *edition;                   // borrowed from inspection
    char **driver_folders, **driver_hashes; // as many as request->drivers, NULL-terminated
    GPtrArray *driver_inspections;          // of json_object
    const char **languages;                 // of the image, strings borrowed from inspection
    UnattendTarget target;
} InstallPlan;

// The client's @request over its template's members. NULL with faults (template missing or unknown), or with
// @error.
json_object *install_merge_template(Daemon *daemon, json_object *request, Faults *faults, GError **error);

// @document: a merged request. NULL with faults when something would make the install fail, or with @error
// when something broke.
InstallPlan *install_plan_new(Daemon *daemon, json_object *document, GCancellable *cancellable,
                              Faults *faults, GError **error);
void install_plan_free(InstallPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstallPlan, install_plan_free)

// Recipe of the plan's boot disc. Borrowed from the plan.
BootDiscRecipe install_plan_recipe(const InstallPlan *plan);
