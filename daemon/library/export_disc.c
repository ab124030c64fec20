// SPDX-License-Identifier: GPL-3.0-or-later
// Job "export-disc": a disc of its own that installs Windows without sevend, from the request in the export's
// folder.
#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/install/install.h"
#include "daemon/library/exports.h"
#include "daemon/library/media_process.h"

#define PIECES            "pieces"
#define MAX_REQUEST_BYTES (1u << 20)
#define LIMIT_SECONDS     3600

static json_object *read_request(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, EXPORT_REQUEST, NULL);
    char *text = NULL;
    gsize length = 0;
    if (!file_read(path, MAX_REQUEST_BYTES, &text, &length, error))
        return NULL;
    json_object *request = json_parse(text, length, error);
    explicit_bzero(text, length);
    g_free(text);
    return request;
}

static InstallPlan *make_plan(Job *job, json_object *request, GError **error)
{
    g_autoptr(Faults) faults = faults_new();
    GError *failure = NULL;
    InstallPlan *plan = install_plan_new(job_user_data(job), request, job_cancellable(job), faults, &failure);
    if (failure) {
        install_propagate(error, failure);
    } else if (!plan) {
        g_autofree char *text = faults_to_text(faults);
        job_fail(error, "preflight-refused", "%s", text);
    }
    return plan;
}

static void add(GPtrArray *arguments, const char *option, char *value)
{
    g_ptr_array_add(arguments, g_strdup(option));
    g_ptr_array_add(arguments, value);
}

static GPtrArray *media_arguments(Daemon *daemon, const InstallPlan *plan, const char *folder)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *agent = g_strdup_printf("sevend-agent-%s.exe", plan->target.architecture);
    g_ptr_array_add(arguments, g_strdup("export-disc"));
    add(arguments, "--disc", g_strdup(plan->disc->path));
    for (gsize i = 0; plan->request->drivers[i]; i++)
        add(arguments, "--driver",
            g_strdup_printf("%s=%s", plan->request->drivers[i], plan->driver_folders[i]));
    add(arguments, "--start-cmd", g_build_filename(daemon->config->guest, "start.cmd", NULL));
    add(arguments, "--agent", g_build_filename(daemon->config->guest, agent, NULL));
    add(arguments, "--output", g_build_filename(folder, EXPORT_FILE, NULL));
    return arguments;
}

static gboolean build(Job *job, const InstallPlan *plan, const char *folder, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *pieces = g_build_filename(folder, PIECES, NULL);
    g_autofree char *nonce = nonce_new();
    g_autoptr(GPtrArray) arguments = media_arguments(daemon, plan, folder);
    const Install install = { .daemon = daemon, .nonce = nonce };
    g_autoptr(json_object) result = NULL;
    if (tree_remove(pieces, error) && folder_make(pieces, 0700, error) &&
        install_config_files(&install, plan, pieces, arguments, error)) {
        g_ptr_array_add(arguments, NULL);
        result = media_run(daemon->config->media, (const char *const *)arguments->pdata,
                           install_media_progress, job, job_cancellable(job), error);
    }
    // Secrets must not stay in two places: if this fails, so does the step.
    const gboolean removed = tree_remove(pieces, result ? error : NULL);
    if (result && removed)
        job_detail(job, "%" G_GINT64_FORMAT " bytes, SHA-256 %s", json_int_member(result, "size", 0),
                   json_string_member(result, "sha256"));
    return result && removed;
}

static gboolean run_export(Job *job, GError **error)
{
    GError *failure = NULL;
    g_autofree char *id = export_of_job(job);
    g_autofree char *folder = export_folder(job_user_data(job), id);
    g_autofree char *disc = g_build_filename(folder, EXPORT_FILE, NULL);
    g_autofree char *kept = g_build_filename(folder, EXPORT_REQUEST, NULL);
    job_set_time_limit(job, LIMIT_SECONDS);
    if (g_file_test(disc, G_FILE_TEST_EXISTS)) // made before a crash
        return file_remove(kept, error);
    json_object *request = read_request(folder, &failure);
    if (!request) {
        install_propagate(error, failure);
        return FALSE;
    }
    g_autoptr(InstallPlan) plan = make_plan(job, request, error);
    const gboolean ok = plan && build(job, plan, folder, &failure) && file_remove(kept, &failure);
    unattend_wipe_request(request);
    json_object_put(request);
    if (failure)
        install_propagate(error, failure);
    return ok;
}

static const JobStep steps[] = { { "export", 1, run_export, export_undo } };

const JobKind export_disc_job_kind = {
    .name = "export-disc",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .end = export_end,
};
