// SPDX-License-Identifier: GPL-3.0-or-later
// Discs by name and their inspections. Opening a disc is sevend-media's work.
#include "daemon/library/discs.h"

#include <string.h>
#include <sys/stat.h>

#include "common/ids.h"
#include "daemon/library/media_process.h"

#define MAX_DISCS 4096

void disc_free(Disc *disc)
{
    if (!disc)
        return;
    g_free(disc->name);
    g_free(disc->path);
    g_free(disc->identity);
    g_free(disc);
}

// "Win7 SP1.ISO" → "win7-sp1"; NULL if the file is no disc or nothing usable remains.
static char *name_from_file(const char *file)
{
    const gsize length = strlen(file);
    if (length < 5 || g_ascii_strcasecmp(file + length - 4, ".iso") != 0)
        return NULL;
    g_autofree char *name = g_ascii_strdown(file, (gssize)(length - 4));
    for (char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c))
            *c = '-';
    const char *start = name;
    while (*start == '-')
        start++;
    char *result = g_strndup(start, 63);
    return name_is_valid(result) ? result : (g_free(result), NULL);
}

// NULL without error if the file is no disc or has just vanished.
static Disc *disc_from_file(const char *folder, const char *file)
{
    g_autofree char *name = name_from_file(file);
    if (!name)
        return NULL;
    g_autofree char *path = g_build_filename(folder, file, NULL);
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return NULL;
    Disc *disc = g_new0(Disc, 1);
    disc->name = g_steal_pointer(&name);
    disc->path = g_steal_pointer(&path);
    disc->size = (guint64)info.st_size;
    disc->identity = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT
                                     ":%" G_GINT64_FORMAT "%09ld",
                                     (guint64)info.st_dev, (guint64)info.st_ino, disc->size,
                                     (gint64)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    return disc;
}

static int compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_discs(gconstpointer a, gconstpointer b)
{
    return strcmp((*(Disc *const *)a)->name, (*(Disc *const *)b)->name);
}

// Sorted, so that of two files with one name always the same one counts.
static GPtrArray *file_names(const char *folder, GError **error)
{
    GError *open_error = NULL;
    GDir *dir = g_dir_open(folder, 0, &open_error);
    if (!dir) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_FAILED, "disc folder %s: %s", folder,
                    open_error->message);
        g_error_free(open_error);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *file;
    while ((file = g_dir_read_name(dir)) && names->len < MAX_DISCS)
        g_ptr_array_add(names, g_strdup(file));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_strings);
    return names;
}

GPtrArray *disc_list(Daemon *daemon, GError **error)
{
    g_autoptr(GPtrArray) files = file_names(daemon->config->discs, error);
    if (!files)
        return NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *discs = g_ptr_array_new_with_free_func((GDestroyNotify)disc_free);
    for (guint i = 0; i < files->len; i++) {
        Disc *disc = disc_from_file(daemon->config->discs, files->pdata[i]);
        if (!disc)
            continue;
        if (g_hash_table_add(seen, disc->name))
            g_ptr_array_add(discs, disc);
        else
            disc_free(disc);
    }
    g_ptr_array_sort(discs, compare_discs);
    return discs;
}

Disc *disc_find(Daemon *daemon, const char *name, GError **error)
{
    g_autoptr(GPtrArray) discs = disc_list(daemon, error);
    if (!discs)
        return NULL;
    for (guint i = 0; i < discs->len; i++)
        if (strcmp(((Disc *)discs->pdata[i])->name, name) == 0)
            return g_ptr_array_steal_index(discs, i);
    g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND,
                "disc \"%s\": no such file in the disc folder %s", name, daemon->config->discs);
    return NULL;
}

static json_object *store_get(Daemon *daemon, const char *key, const Disc *disc, GError **error)
{
    g_autofree char *text = NULL;
    if (!store_inspection_get(daemon->store, key, disc->identity, &text, error) || !text)
        return NULL;
    return json_parse(text, strlen(text), error);
}

// The store keeps {"refused":{"code","message"}} for a disc that was refused.
static json_object *unwrap(json_object *kept, GError **error)
{
    json_object *refused = NULL;
    if (kept && json_object_object_get_ex(kept, "refused", &refused)) {
        g_set_error(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED, "%s: %s",
                    json_string_member(refused, "code"),
                    json_string_member(refused, "message")); // which names the disc
        json_object_put(kept);
        return NULL;
    }
    return kept;
}

json_object *disc_inspection_cached(Daemon *daemon, const Disc *disc, GError **error)
{
    json_object *kept = store_get(daemon, disc->path, disc, error);
    // One of an earlier version, which looked at less.
    if (kept && !json_object_object_get_ex(kept, "boot_files_sha256", NULL) &&
        !json_object_object_get_ex(kept, "refused", NULL))
        g_clear_pointer(&kept, json_object_put);
    return unwrap(kept, error);
}

// Keeps what is a property of the disc; a crash or a failed read may go away, so it is not kept.
static json_object *refusal_to_keep(const GError *error)
{
    if (!g_error_matches(error, MEDIA_ERROR, MEDIA_ERROR_REFUSED))
        return NULL;
    g_autofree char *code = NULL;
    const char *message = media_error_split(error, &code);
    if (strcmp(code, "io") == 0)
        return NULL;
    json_object *refused = json_object_new_object();
    json_object_object_add(refused, "code", json_object_new_string(code));
    json_object_object_add(refused, "message", json_object_new_string(message));
    json_object *kept = json_object_new_object();
    json_object_object_add(kept, "refused", refused);
    return kept;
}

static gboolean store_put(Daemon *daemon, const char *key, const Disc *disc, json_object *value,
                          GError **error)
{
    return store_inspection_set(daemon->store, key, disc->identity,
                                json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), error);
}

json_object *disc_inspect(Daemon *daemon, const Disc *disc, GCancellable *cancellable, GError **error)
{
    GError *failure = NULL;
    json_object *kept = disc_inspection_cached(daemon, disc, &failure);
    if (kept || failure) {
        if (failure)
            g_propagate_error(error, failure);
        return kept;
    }
    const char *arguments[] = { "inspect-disc", disc->path, NULL };
    json_object *result = media_run(daemon->config->media, arguments, NULL, NULL, cancellable, &failure);
    if (result) {
        if (store_put(daemon, disc->path, disc, result, error))
            return result;
        json_object_put(result);
        return NULL;
    }
    g_autoptr(json_object) refusal = refusal_to_keep(failure);
    if (!refusal) {
        g_propagate_error(error, failure);
        return NULL;
    }
    g_error_free(failure);
    if (!store_put(daemon, disc->path, disc, refusal, error))
        return NULL;
    return unwrap(json_object_get(refusal), error);
}

json_object *disc_finding(Daemon *daemon, const Disc *disc, const char *name, GError **error)
{
    g_autofree char *key = g_strdup_printf("%s#%s", disc->path, name);
    return store_get(daemon, key, disc, error);
}

gboolean disc_finding_keep(Daemon *daemon, const Disc *disc, const char *name, json_object *finding,
                           GError **error)
{
    g_autofree char *key = g_strdup_printf("%s#%s", disc->path, name);
    return store_put(daemon, key, disc, finding, error);
}

gboolean disc_hashes_keep(Daemon *daemon, const Disc *disc, json_object *hashes, GError **error)
{
    return disc_finding_keep(daemon, disc, "hashes", hashes, error);
}

json_object *disc_hashes_cached(Daemon *daemon, const Disc *disc, GError **error)
{
    return disc_finding(daemon, disc, "hashes", error);
}

json_object *disc_hashes(Daemon *daemon, const Disc *disc, MediaProgressFunc progress, gpointer progress_data,
                         GCancellable *cancellable, GError **error)
{
    GError *failure = NULL;
    json_object *kept = disc_hashes_cached(daemon, disc, &failure);
    if (kept || failure) {
        if (failure)
            g_propagate_error(error, failure);
        return kept;
    }
    const char *arguments[] = { "hash", disc->path, NULL };
    json_object *result =
        media_run(daemon->config->media, arguments, progress, progress_data, cancellable, error);
    if (result && !disc_hashes_keep(daemon, disc, result, error))
        g_clear_pointer(&result, json_object_put);
    return result;
}

json_object *inspection_find_edition(json_object *inspection, const char *edition_id)
{
    json_object *editions = NULL;
    if (!json_object_object_get_ex(inspection, "editions", &editions))
        return NULL;
    for (gsize i = 0; i < json_object_array_length(editions); i++) {
        json_object *edition = json_object_array_get_idx(editions, i);
        const char *id = json_string_member(edition, "edition_id");
        if (id && g_ascii_strcasecmp(id, edition_id) == 0)
            return edition;
    }
    return NULL;
}

const char **inspection_edition_ids(json_object *inspection)
{
    json_object *editions = NULL;
    GPtrArray *ids = g_ptr_array_new();
    if (json_object_object_get_ex(inspection, "editions", &editions))
        for (gsize i = 0; i < json_object_array_length(editions); i++)
            g_ptr_array_add(ids,
                            (char *)json_string_member(json_object_array_get_idx(editions, i), "edition_id"));
    g_ptr_array_add(ids, NULL);
    return (const char **)g_ptr_array_free(ids, FALSE);
}

const char **json_string_list(json_object *object, const char *name)
{
    json_object *array = NULL;
    GPtrArray *strings = g_ptr_array_new();
    if (json_object_object_get_ex(object, name, &array) && json_object_is_type(array, json_type_array))
        for (gsize i = 0; i < json_object_array_length(array); i++)
            g_ptr_array_add(strings, (char *)json_object_get_string(json_object_array_get_idx(array, i)));
    g_ptr_array_add(strings, NULL);
    return (const char **)g_ptr_array_free(strings, FALSE);
}
