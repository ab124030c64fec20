// SPDX-License-Identifier: GPL-3.0-or-later
// Folders of evidence.
#include "daemon/library/job_evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/library/discs.h"

#define PARTIAL        ".partial"
#define MAX_FILES      64
#define MAX_FILE_BYTES (64u << 20)

static const struct {
    const char *ending, *type;
} types[] = {
    { ".png", "image/png" },
    { ".xml", "application/xml" },
    { ".json", "application/json" },
    { ".log", "text/plain; charset=utf-8" },
};

static char *evidence_path(const Daemon *daemon, const char *name)
{
    return g_build_filename(daemon->config->state, "evidence", name, NULL);
}

static const char *type_of(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

gboolean job_evidence_name_is_valid(const char *name)
{
    const gsize length = strlen(name);
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_islower(name[i]) && !g_ascii_isdigit(name[i]) &&
            (i == 0 || (name[i] != '.' && name[i] != '-')))
            return FALSE;
    return length >= 1 && length <= 64;
}

char *job_evidence_begin(Daemon *daemon, const char *job_id, GError **error)
{
    g_autofree char *name = g_strconcat(job_id, PARTIAL, NULL);
    g_autofree char *folder = evidence_path(daemon, name);
    if (tree_remove(folder, error) && folder_make(folder, 0700, error))
        return g_steal_pointer(&folder);
    return NULL;
}

gboolean job_evidence_commit(Daemon *daemon, const char *job_id, const char *folder, GError **error)
{
    g_autofree char *path = evidence_path(daemon, job_id);
    if (tree_remove(path, error) && g_rename(folder, path) == 0) {
        job_evidence_sweep(daemon);
        return TRUE;
    }
    if (error && !*error)
        g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
    tree_remove(folder, NULL);
    return FALSE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Valid names in a folder, sorted; none if it is not there.
static GPtrArray *names_in(const char *folder, gboolean (*is_valid)(const char *name))
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        if (is_valid(name))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static json_object *file_json(const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!file_read(path, MAX_FILE_BYTES, &bytes, &length, error))
        return NULL;
    g_autofree char *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
    json_object *object = json_object_new_object();
    json_object_object_add(object, "name", json_object_new_string(name));
    json_object_object_add(object, "size", json_object_new_int64((gint64)length));
    json_object_object_add(object, "type", json_object_new_string(type_of(name)));
    json_object_object_add(object, "sha256", json_object_new_string(sha256));
    return object;
}

json_object *job_evidence_list(Daemon *daemon, const char *job_id, GError **error)
{
    g_autofree char *folder = evidence_path(daemon, job_id);
    g_autoptr(GPtrArray) names = names_in(folder, job_evidence_name_is_valid);
    g_autoptr(json_object) array = json_object_new_array();
    for (guint i = 0; i < MIN(names->len, MAX_FILES); i++) {
        json_object *file = file_json(folder, names->pdata[i], error);
        if (!file)
            return NULL;
        json_object_array_add(array, file);
    }
    return g_steal_pointer(&array);
}

int job_evidence_open(Daemon *daemon, const char *job_id, const char *name, guint64 *ret_size,
                      const char **ret_type, GError **error)
{
    g_autofree char *folder = evidence_path(daemon, job_id);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    struct stat info;
    const int fd = job_evidence_name_is_valid(name) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        *ret_size = (guint64)info.st_size;
        *ret_type = type_of(name);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND,
                "job \"%s\": no evidence called \"%s\" was kept", job_id, name);
    return -1;
}

static guint64 size_of(const char *folder)
{
    g_autoptr(GPtrArray) names = names_in(folder, job_evidence_name_is_valid);
    guint64 bytes = 0;
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        struct stat info;
        bytes += lstat(path, &info) == 0 ? (guint64)info.st_size : 0;
    }
    return bytes;
}

static void remove_one(const char *path)
{
    g_autoptr(GError) error = NULL;
    if (!tree_remove(path, &error))
        g_warning("evidence: %s", error->message);
}

static gboolean is_unfinished(const char *name)
{
    return g_str_has_suffix(name, PARTIAL);
}

// An id begins with the time at which it was made: by name is by age.
void job_evidence_sweep(Daemon *daemon)
{
    g_autofree char *folder = evidence_path(daemon, NULL);
    g_autoptr(GPtrArray) jobs = names_in(folder, job_id_is_valid);
    guint64 bytes = 0;
    for (guint i = jobs->len; i-- > 0;) {
        g_autofree char *path = evidence_path(daemon, jobs->pdata[i]);
        bytes += size_of(path);
        if (jobs->len - i > JOB_EVIDENCE_MAX_JOBS || bytes > JOB_EVIDENCE_MAX_BYTES)
            remove_one(path);
    }
}

void job_evidence_sweep_unfinished(Daemon *daemon)
{
    g_autofree char *folder = evidence_path(daemon, NULL);
    g_autoptr(GPtrArray) unfinished = names_in(folder, is_unfinished);
    for (guint i = 0; i < unfinished->len; i++) {
        g_autofree char *path = evidence_path(daemon, unfinished->pdata[i]);
        remove_one(path);
    }
}
