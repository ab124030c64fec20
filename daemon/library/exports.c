// SPDX-License-Identifier: GPL-3.0-or-later
// Where exports lie, and the job "export-disc".
#include "daemon/library/exports.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/install/install.h"
#include "daemon/library/media_process.h"

#define REQUEST           "request.json"
#define PIECES            "pieces"
#define MAX_REQUEST_BYTES (1u << 20)
#define LIMIT_SECONDS     3600

char *export_folder(Daemon *daemon, const char *id)
{
    return g_build_filename(daemon->config->state, "exports", id, NULL);
}

static gboolean keep_request(const char *folder, json_object *document, GError **error)
{
    g_autofree char *path = g_build_filename(folder, REQUEST, NULL);
    const char *text = json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN);
    return file_write_atomic(path, text, strlen(text), 0600, error);
}

char *export_create(Daemon *daemon, json_object *document_or_null, GError **error)
{
    g_autofree char *id = job_id_new();
    g_autofree char *folder = export_folder(daemon, id);
    if (folder_make(folder, 0700, error) &&
        (!document_or_null || keep_request(folder, document_or_null, error)))
        return g_steal_pointer(&id);
    tree_remove(folder, NULL);
    return NULL;
}

int export_open(Daemon *daemon, const char *id, guint64 *ret_size, GError **error)
{
    g_autofree char *folder = export_folder(daemon, id);
    g_autofree char *path = g_build_filename(folder, EXPORT_FILE, NULL);
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && fstat(fd, &info) == 0) {
        *ret_size = (guint64)info.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND,
                "export %s: there is none, or it is not made yet", id);
    return -1;
}

gboolean export_remove(Daemon *daemon, const char *id, GError **error)
{
    g_autofree char *folder = export_folder(daemon, id);
    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return tree_remove(folder, error);
    g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND, "export %s: there is none", id);
    return FALSE;
}

static char *parameter(const char *parameters)
{
    g_autoptr(json_object) object = parameters ? json_parse(parameters, strlen(parameters), NULL) : NULL;
    return object ? g_strdup(json_string_member(object, "export")) : NULL;
}

// Ids of exports that unfinished jobs are at work on; NULL if the store cannot tell.
static GHashTable *exports_at_work(Daemon *daemon)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = store_job_unfinished(daemon->store, &error);
    if (!jobs) {
        g_warning("exports: %s, ignoring", error->message);
        return NULL;
    }
    GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < jobs->len; i++) {
        const StoreJob *job = jobs->pdata[i];
        char *id = parameter(job->parameters);
        if (id)
            g_hash_table_add(ids, id);
    }
    return ids;
}

void export_sweep(Daemon *daemon)
{
    g_autofree char *folder = export_folder(daemon, NULL);
    g_autoptr(GHashTable) at_work = exports_at_work(daemon);
    g_autoptr(GDir) dir = at_work ? g_dir_open(folder, 0, NULL) : NULL;
    const char *id;
    while (dir && (id = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, id, NULL);
        g_autoptr(GError) error = NULL;
        struct stat info;
        if (g_hash_table_contains(at_work, id) || stat(path, &info) != 0 ||
            g_get_real_time() / G_USEC_PER_SEC - info.st_mtim.tv_sec < EXPORT_KEPT_SECONDS)
            continue;
        if (tree_remove(path, &error))
            g_message("removed export %s, which nobody fetched for a day", id);
        else
            g_warning("export %s: %s", id, error->message);
    }
}

// The job's own.
// ----------------------------------------------------------------------------------------------

static json_object *read_request(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, REQUEST, NULL);
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
    g_autofree char *id = parameter(job_parameters(job));
    g_autofree char *folder = export_folder(job_user_data(job), id);
    g_autofree char *disc = g_build_filename(folder, EXPORT_FILE, NULL);
    g_autofree char *kept = g_build_filename(folder, REQUEST, NULL);
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

static gboolean undo_export(Job *job, GError **error)
{
    g_autofree char *id = parameter(job_parameters(job));
    g_autofree char *folder = export_folder(job_user_data(job), id);
    return tree_remove(folder, error);
}

// A job that was cancelled before its first step has nothing undone.
static void end(Job *job, JobOutcome outcome, const GError *reason G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    if (outcome != JOB_SUCCEEDED && !undo_export(job, &error))
        g_warning("export: %s", error->message);
}

static const JobStep steps[] = { { "export", 1, run_export, undo_export } };

const JobKind export_disc_job_kind = {
    .name = "export-disc",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .end = end,
};
