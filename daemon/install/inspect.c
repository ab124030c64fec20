// SPDX-License-Identifier: GPL-3.0-or-later
// Step 1 (phase "inspect"): what the disc is, and its hashes, both kept by file identity.
#include "daemon/install/install.h"

gboolean install_step_inspect(Job *job, GError **error)
{
    install_limit(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    g_autofree char *sha256 = install_disc_sha256(job, plan, error);
    if (!sha256)
        return FALSE;
    job_detail(job, "disc \"%s\": Windows %s SP%d %s, SHA-256 %s", plan->disc->name,
               json_string_member(plan->inspection, "windows"),
               (int)json_int_member(plan->inspection, "service_pack", 0), plan->target.architecture, sha256);
    return TRUE;
}
