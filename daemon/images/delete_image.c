// SPDX-License-Identifier: GPL-3.0-or-later
// Job "delete-image": takes an image away, the row last. That nothing is based on it was settled when the job
// was asked for (store_image_begin_delete()), and nothing can be from then on.
#include <string.h>

#include "daemon/images/images.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/storage.h"

static gboolean run_volume(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *volume = machine_disk_volume(daemon, job_machine_uuid(job));
    GError *failure = NULL;
    return install_settled(storage_volume_delete(daemon->libvirt, daemon->config->pool, volume, &failure),
                           &failure, error);
}

static gboolean run_files(Job *job, GError **error)
{
    GError *failure = NULL;
    return install_settled(machine_files_remove(job_user_data(job), job_machine_uuid(job), &failure),
                           &failure, error);
}

static gboolean run_forget(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(json_object) parameters = json_parse(job_parameters(job), strlen(job_parameters(job)), error);
    GError *failure = NULL;
    return parameters &&
           install_settled(
               store_image_delete(daemon->store, json_string_member(parameters, "image"), &failure), &failure,
               error);
}

static const JobStep steps[] = {
    { "volume", 1, run_volume, NULL },
    { "files", 1, run_files, NULL },
    { "forget", 1, run_forget, NULL },
};

const JobKind delete_image_job_kind = {
    .name = "delete-image",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
};
