// SPDX-License-Identifier: GPL-3.0-or-later
// See exports.h.
#include "daemon/library/exports.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/library/discs.h"

char *export_folder(Daemon *daemon, const char *id)
{
    return g_build_filename(daemon->config->state, "exports", id, NULL);
}

static gboolean keep_request(const char *folder, json_object *document, GError **error)
{
    g_autofree char *path = g_build_filename(folder, EXPORT_REQUEST, NULL);
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

char *export_of_job(Job *job)
{
    return parameter(job_parameters(job));
}

gboolean export_undo(Job *job, GError **error)
{
    g_autofree char *id = export_of_job(job);
    g_autofree char *folder = export_folder(job_user_data(job), id);
    return tree_remove(folder, error);
}

void export_end(Job *job, JobOutcome outcome, const GError *reason G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    if (outcome != JOB_SUCCEEDED && !export_undo(job, &error))
        g_warning("export: %s", error->message);
}
