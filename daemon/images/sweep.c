// SPDX-License-Identifier: GPL-3.0-or-later
// Names of images that nobody is at work on any more, though no image came of them.
#include <string.h>

#include "daemon/images/images.h"

// An unfinished job of that kind owns the name.
static gboolean is_at_work(const GPtrArray *jobs, const JobKind *kind, const StoreImage *image)
{
    for (guint i = 0; i < jobs->len; i++) {
        const StoreJob *job = jobs->pdata[i];
        if (strcmp(job->kind, kind->name) == 0 && g_strcmp0(job->machine_uuid, image->uuid) == 0)
            return TRUE;
    }
    return FALSE;
}

static void sweep_one(Daemon *daemon, const GPtrArray *jobs, const StoreImage *image, GError **error)
{
    if (strcmp(image->state, "sealing") == 0 && !is_at_work(jobs, &seal_job_kind, image))
        store_image_release(daemon->store, image->name, error);
    else if (strcmp(image->state, "importing") == 0 && !is_at_work(jobs, &import_image_job_kind, image))
        store_image_give_up_import(daemon->store, image->name, image->uuid, error);
}

void image_sweep(Daemon *daemon)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = store_job_unfinished(daemon->store, &error);
    g_autoptr(GPtrArray) images = jobs ? store_image_list(daemon->store, NULL, G_MAXINT32, &error) : NULL;
    for (guint i = 0; images && !error && i < images->len; i++)
        sweep_one(daemon, jobs, images->pdata[i], &error);
    if (error)
        g_warning("images: %s", error->message);
}
