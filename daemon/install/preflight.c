// SPDX-License-Identifier: GPL-3.0-or-later
// Step 2 (phase "preflight"): disc × edition × drivers × template × answer file agree.
#include "daemon/install/preflight.h"

#include <string.h>

#include "daemon/install/install.h"
#include "daemon/install/preflight_rules.h"

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

void preflight_check(const InstallPlan *plan, Faults *faults, Faults *warnings)
{
    check_architecture(plan, faults);
    check_boot_image(plan, faults);
    preflight_drivers(plan, faults, warnings);
    preflight_hardware(plan, faults, warnings);
    unattend_check_target(plan->request->unattend, &plan->target, faults);
}

gboolean install_step_preflight(Job *job, GError **error)
{
    install_limit(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    for (guint i = 0; i < faults_count(plan->warnings); i++) {
        const Fault *warning = faults_get(plan->warnings, i);
        job_log(job, "warning: %s: %s (%s)", warning->pointer, warning->message, warning->code);
    }
    job_detail(job, "%s (image %u), %s, %u driver package%s", json_string_member(plan->edition, "edition_id"),
               plan->target.image_index, plan->target.architecture, g_strv_length(plan->request->drivers),
               g_strv_length(plan->request->drivers) == 1 ? "" : "s");
    return TRUE;
}
