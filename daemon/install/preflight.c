// SPDX-License-Identifier: GPL-3.0-or-later
// Step 2 (phase "preflight"): disc × edition × drivers × template × answer file agree.
#include "daemon/install/preflight.h"

#include <string.h>

#include "daemon/install/install.h"
#include "daemon/library/driver_packages.h"

static void check_architecture(const InstallPlan *plan, Faults *faults)
{
    const char *disc = plan->target.architecture, *template = plan->template->architecture;
    if (strcmp(disc, template) != 0)
        faults_add(faults, "/disc", "wrong-architecture", NULL,
                   "disc \"%s\" is %s, but template \"%s\" is for %s: use a template for %s",
                   plan->disc->name, disc, plan->template->name, template, disc);
}

static void check_boot_image(const InstallPlan *plan, Faults *faults)
{
    json_object *entry = NULL;
    if (!json_object_object_get_ex(plan->inspection, "el_torito", &entry) || !entry)
        faults_add(faults, "/disc", "no-el-torito", NULL,
                   "disc \"%s\" has no BIOS boot image (El Torito): the machine would find nothing to boot",
                   plan->disc->name);
}

static void check_drivers(const InstallPlan *plan, Faults *faults)
{
    gboolean boot_critical = FALSE;
    for (gsize i = 0; plan->request->drivers[i]; i++) {
        json_object *inspection = plan->driver_inspections->pdata[i];
        g_autofree char *pointer = json_pointer_append_index("/drivers", i);
        if (!driver_package_serves(inspection, plan->target.architecture))
            faults_add(faults, pointer, "wrong-architecture", NULL,
                       "driver package \"%s\" has no driver for %s: Windows would never install it",
                       plan->request->drivers[i], plan->target.architecture);
        boot_critical |= driver_package_is_boot_critical(inspection, plan->target.architecture);
    }
    if (strcmp(plan->request->disk_bus, "virtio") == 0 && !boot_critical)
        faults_add(
            faults, "/hardware/disk_bus", "no-boot-critical-driver", NULL,
            "a virtio disk needs a storage driver (class SCSIAdapter) for %s among \"drivers\": Setup would "
            "see no disk and stop",
            plan->target.architecture);
}

void preflight_check(const InstallPlan *plan, Faults *faults)
{
    check_architecture(plan, faults);
    check_boot_image(plan, faults);
    check_drivers(plan, faults);
    unattend_check_target(plan->request->unattend, &plan->target, faults);
}

gboolean install_step_preflight(Job *job, GError **error)
{
    install_limit(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    job_detail(job, "%s (image %u), %s, %u driver package%s", json_string_member(plan->edition, "edition_id"),
               plan->target.image_index, plan->target.architecture, g_strv_length(plan->request->drivers),
               g_strv_length(plan->request->drivers) == 1 ? "" : "s");
    return TRUE;
}
