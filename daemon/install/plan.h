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
    Faults *warnings; // what does not stop the install, but the client should know
} InstallPlan;

// A client's request made whole. Holds secrets: freeing it overwrites them.
typedef struct {
    json_object *document; // the request over its template's members, the computer name's pattern resolved
    char *name_pattern;    // that pattern, or NULL: see computer_name.h
} InstallRequest;
void install_request_free(InstallRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstallRequest, install_request_free)

// The client's @request over its template's members. NULL with faults (template missing or unknown), or with
// @error. If only the pattern of its computer name is wrong, there is a result, and a fault.
InstallRequest *install_request_new(Daemon *daemon, json_object *request, Faults *faults, GError **error);

// Those of @template_request's members (NULL: none) that count beside @request: an answer file of the
// client's own stands for itself, so that nothing of a template's that would go into one does. A new
// reference.
json_object *install_template_members(json_object *template_request, json_object *request);

// @document: a merged request. NULL with faults when something would make the install fail, or with @error
// when something broke.
InstallPlan *install_plan_new(Daemon *daemon, json_object *document, GCancellable *cancellable,
                              Faults *faults, GError **error);
void install_plan_free(InstallPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstallPlan, install_plan_free)

// Recipe of the plan's boot disc. Borrowed from the plan.
BootDiscRecipe install_plan_recipe(const InstallPlan *plan);
// The edition that is installed: {"edition_id","index","architecture"}. The caller frees.
json_object *install_plan_edition_json(const InstallPlan *plan);
