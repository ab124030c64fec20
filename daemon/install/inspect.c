// SPDX-License-Identifier: GPL-3.0-or-later
// Step 1 (phase "inspect"): what the disc is. Its hashes, if nobody has taken them yet, come while the
// install goes on: they are for the record, and reading 3 GB would hold everything up.
#include "daemon/install/install.h"
#include "daemon/library/disc_verification.h"

gboolean install_step_inspect(Job *job, GError **error)
{
    install_limit(job);
    Daemon *daemon = job_user_data(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    disc_hash_soon(daemon, plan->disc);
    g_autoptr(json_object) hashes = disc_hashes_cached(daemon, plan->disc, NULL);
    const char *sha256 = hashes ? json_string_member(hashes, "sha256") : NULL;
    job_detail(job, "disc \"%s\": Windows %s SP%d %s%s%s", plan->disc->name,
               json_string_member(plan->inspection, "windows"),
               (int)json_int_member(plan->inspection, "service_pack", 0), plan->target.architecture,
               sha256 ? ", SHA-256 " : ", being hashed meanwhile", sha256 ? sha256 : "");
    return TRUE;
}
