// SPDX-License-Identifier: GPL-3.0-or-later
// Driver packages by name.
#include "daemon/library/driver_packages.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/jobs/store.h"
#include "daemon/library/media_process.h"

#define MAX_PACKAGES   4096
#define MAX_FILES      4096
#define MAX_FILE_BYTES (256u << 20)
#define MAX_DEPTH      8
// Changes when sevend-media learns to see more, so that what was kept before is not taken for all.
#define INSPECTION_FORMAT "2\n"

static int compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **driver_package_list(Daemon *daemon, GError **error)
{
    const char *folder = daemon->config->drivers;
    GError *open_error = NULL;
    GDir *dir = g_dir_open(folder, 0, &open_error);
    if (!dir) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_FAILED, "drivers folder %s: %s", folder,
                    open_error->message);
        g_error_free(open_error);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new();
    const char *file;
    while ((file = g_dir_read_name(dir)) && names->len < MAX_PACKAGES) {
        g_autofree char *path = g_build_filename(folder, file, NULL);
        if (name_is_valid(file) && g_file_test(path, G_FILE_TEST_IS_DIR))
            g_ptr_array_add(names, g_strdup(file));
    }
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_strings);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

char *driver_package_path(Daemon *daemon, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(daemon->config->drivers, name, NULL);
    if (name_is_valid(name) && g_file_test(path, G_FILE_TEST_IS_DIR))
        return g_steal_pointer(&path);
    g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND,
                "driver package \"%s\": no such folder in the drivers folder %s", name,
                daemon->config->drivers);
    return NULL;
}

// nftw() has no user pointer.
static _Thread_local GPtrArray *walk_files;

static int collect_file(const char *path, const struct stat *info G_GNUC_UNUSED, int type, struct FTW *walk)
{
    if (walk->level > MAX_DEPTH || walk_files->len >= MAX_FILES)
        return 1;
    if (type == FTW_F)
        g_ptr_array_add(walk_files, g_strdup(path));
    return 0;
}

// Paths of all files below @folder, in byte order. NULL if they are too many or lie too deep.
static GPtrArray *collect_files(const char *folder)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    walk_files = files;
    const int walked = nftw(folder, collect_file, 16, FTW_PHYS);
    walk_files = NULL;
    if (walked != 0)
        return NULL;
    g_ptr_array_sort(files, compare_strings);
    return g_steal_pointer(&files);
}

// SHA-256 over "relative name, length, content" of each file in byte order of names.
static char *hash_tree(const char *folder, GError **error)
{
    g_autoptr(GPtrArray) files = collect_files(folder);
    if (!files) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED,
                    "too-large: driver package %s: more than %d files, or folders deeper than %d", folder,
                    MAX_FILES, MAX_DEPTH);
        return NULL;
    }
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < files->len; i++) {
        const char *path = files->pdata[i];
        g_autofree char *bytes = NULL;
        gsize length = 0;
        if (!file_read(path, MAX_FILE_BYTES, &bytes, &length, error))
            return NULL;
        g_autofree char *header = g_strdup_printf("%s\n%zu\n", path + strlen(folder) + 1, length);
        g_checksum_update(checksum, (const guchar *)header, -1);
        g_checksum_update(checksum, (const guchar *)bytes, (gssize)length);
    }
    return g_strdup(g_checksum_get_string(checksum));
}

// What tells one state of the folder from another without reading its files: names, sizes, times and numbers
// of all that is in it. NULL if it is too large to have one.
static char *tree_identity(const char *folder)
{
    g_autoptr(GPtrArray) files = collect_files(folder);
    if (!files)
        return NULL;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)INSPECTION_FORMAT, -1);
    for (guint i = 0; i < files->len; i++) {
        struct stat info;
        if (lstat(files->pdata[i], &info) != 0)
            return NULL;
        // The time of change cannot be set by anybody, unlike that of the content.
        g_autofree char *line =
            g_strdup_printf("%s\n%" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld\n",
                            (char *)files->pdata[i], (gint64)info.st_size, (guint64)info.st_ino,
                            (gint64)info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
        g_checksum_update(checksum, (const guchar *)line, -1);
    }
    return g_strdup(g_checksum_get_string(checksum));
}

// A refusal of sevend-media names no package; @name does. Takes @failure.
static void propagate(GError **error, const char *name, GError *failure)
{
    if (!g_error_matches(failure, MEDIA_ERROR, MEDIA_ERROR_REFUSED)) {
        g_propagate_error(error, failure);
        return;
    }
    g_autofree char *code = NULL;
    const char *text = media_error_split(failure, &code);
    g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED, "%s: driver package \"%s\": %s", code, name,
                text);
    g_error_free(failure);
}

static json_object *inspect(Daemon *daemon, const char *name, const char *path, GCancellable *cancellable,
                            GError **error)
{
    const char *arguments[] = { "inspect-driver", path, NULL };
    GError *failure = NULL;
    g_autoptr(json_object) result =
        media_run(daemon->config->media, arguments, NULL, NULL, cancellable, &failure);
    if (!result) {
        propagate(error, name, failure);
        return NULL;
    }
    g_autofree char *hash = hash_tree(path, error);
    if (!hash)
        return NULL;
    json_object_object_add(result, "sha256", json_object_new_string(hash));
    return g_steal_pointer(&result);
}

// Kept only if nothing changed meanwhile.
static void keep(Daemon *daemon, const char *path, const char *identity, json_object *inspection)
{
    g_autofree char *now = tree_identity(path);
    g_autoptr(GError) error = NULL;
    if (g_strcmp0(now, identity) == 0 &&
        !store_inspection_set(daemon->store, path, identity,
                              json_object_to_json_string_ext(inspection, JSON_C_TO_STRING_PLAIN), &error))
        g_warning("driver package %s: its inspection is not kept: %s, ignoring", path, error->message);
}

json_object *driver_package_inspect(Daemon *daemon, const char *name, GCancellable *cancellable,
                                    GError **error)
{
    g_autofree char *link = driver_package_path(daemon, name, error);
    // An operator's link is followed: its files are the package's.
    char *resolved = link ? realpath(link, NULL) : NULL;
    if (!resolved) {
        if (link)
            g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_FAILED, "driver package \"%s\": %s: %s", name,
                        link, g_strerror(errno));
        return NULL;
    }
    g_autofree char *path = g_strdup(resolved);
    free(resolved);
    g_autofree char *identity = tree_identity(path);
    g_autofree char *kept = NULL;
    if (identity && store_inspection_get(daemon->store, path, identity, &kept, NULL) && kept)
        return json_parse(kept, strlen(kept), error);
    json_object *inspection = inspect(daemon, name, path, cancellable, error);
    if (inspection && identity)
        keep(daemon, path, identity, inspection);
    return inspection;
}

gboolean driver_package_exists(Daemon *daemon, const char *name)
{
    g_autofree char *path = driver_package_path(daemon, name, NULL);
    return path != NULL;
}

json_object *driver_package_import(Daemon *daemon, const char *name, const char *archive,
                                   const char *architecture, GError **error)
{
    g_autofree char *path = g_build_filename(daemon->config->drivers, name, NULL);
    const char *arguments[] = { "import-driver", "--archive", archive, "--output", path, NULL, NULL, NULL };
    GError *failure = NULL;
    if (architecture) {
        arguments[5] = "--architecture";
        arguments[6] = architecture;
    }
    driver_package_sweep(daemon, name);
    json_object *result = media_run(daemon->config->media, arguments, NULL, NULL, daemon->stopping, &failure);
    if (!result)
        propagate(error, name, failure);
    return result;
}

// A folder that is deleted, or not yet whole: "NAME.partial-…", which no listing shows and no name can be.
#define PARTIAL ".partial-"

gboolean driver_package_delete(Daemon *daemon, const char *name, GError **error)
{
    g_autofree char *path = driver_package_path(daemon, name, error);
    if (!path)
        return FALSE;
    g_autofree char *away = g_strconcat(path, PARTIAL "deleted", NULL);
    if (!tree_remove(away, error))
        return FALSE;
    if (g_rename(path, away) != 0) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_FAILED, "driver package \"%s\": cannot delete %s: %s",
                    name, path, g_strerror(errno));
        return FALSE;
    }
    g_autoptr(GError) rest = NULL;
    if (!tree_remove(away, &rest))
        g_warning("%s; swept at the next start", rest->message);
    return TRUE;
}

void driver_package_sweep(Daemon *daemon, const char *name_or_null)
{
    g_autoptr(GDir) dir = g_dir_open(daemon->config->drivers, 0, NULL);
    const char *file;
    while (dir && (file = g_dir_read_name(dir))) {
        const char *partial = strstr(file, PARTIAL);
        g_autofree char *name = partial ? g_strndup(file, (gsize)(partial - file)) : NULL;
        if (!name || !name_is_valid(name) || (name_or_null && strcmp(name, name_or_null) != 0))
            continue;
        g_autofree char *path = g_build_filename(daemon->config->drivers, file, NULL);
        g_autoptr(GError) error = NULL;
        if (tree_remove(path, &error))
            g_message("removed %s, which was left unfinished", path);
        else
            g_warning("%s", error->message);
    }
}

static gboolean inf_serves(json_object *inf, const char *architecture)
{
    g_autofree const char **architectures = json_string_list(inf, "architectures");
    return g_strv_contains(architectures, architecture);
}

gboolean driver_package_serves(json_object *inspection, const char *architecture)
{
    json_object *infs = NULL;
    if (!json_object_object_get_ex(inspection, "infs", &infs))
        return FALSE;
    for (gsize i = 0; i < json_object_array_length(infs); i++)
        if (inf_serves(json_object_array_get_idx(infs, i), architecture))
            return TRUE;
    return FALSE;
}
