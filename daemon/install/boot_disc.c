// SPDX-License-Identifier: GPL-3.0-or-later
// Step 3 (phase "boot-disc"): the small boot disc, from the cache or built by sevend-media.
#include "daemon/install/install.h"

gboolean install_step_boot_disc(Job *job, GError **error)
{
    install_limit(job);
    Daemon *daemon = job_user_data(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    const BootDiscRecipe recipe = install_plan_recipe(plan);
    gboolean built = FALSE;
    GError *failure = NULL;
    g_autofree char *key = boot_disc_key(daemon, &recipe, &failure);
    // The row names the disc before it is there: from now on no clean-up takes it away.
    if (!key || !store_machine_set_boot_disc(daemon->store, job_machine_uuid(job), key, &failure) ||
        !boot_disc_ensure(daemon, key, &recipe, install_media_progress, job, job_cancellable(job), &built,
                          &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    if (built)
        boot_disc_cache_clean(daemon, FALSE);
    job_detail(job, "%s %.12s", built ? "built" : "from the cache:", key);
    return TRUE;
}
