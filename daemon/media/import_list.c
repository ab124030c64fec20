// SPDX-License-Identifier: GPL-3.0-or-later
// First every entry is judged, then the files to take are chosen, then each is given its place.
#include "import_list.h"

#include <string.h>

#include "disc_name.h"
#include "driver_package.h"
#include "import_name.h"
#include "media_error.h"
#include "windows_folders.h"

// Of everything that the archive announces, taken or not: reading past it costs time. The virtio-win ISO has
// 1 GB.
#define MAX_LISTED_BYTES ((guint64)16 * 1024 * 1024 * 1024)
#define MAX_LINKS        16u // from entry to entry whose content it shares

static void import_file_free(gpointer data)
{
    ImportFile *file = data;
    g_free(file->path);
    g_free(file->same_as);
    g_ptr_array_unref(file->targets);
    g_free(file);
}

void import_list_free(ImportList *list)
{
    if (list == NULL)
        return;
    g_ptr_array_unref(list->files);
    g_free(list);
}

static gboolean refuse(const char *path, const char *problem, GError **error)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_ARCHIVE, "entry \"%s\" %s", path, problem);
    return FALSE;
}

// Whatever is taken in the end, an archive that has such an entry is not one of drivers.
static gboolean add_entry(ImportList *list, const ArchiveEntry *entry, guint position, GError **error)
{
    const char *problem = NULL;
    g_autofree char *path = import_name(entry->path, &problem);
    g_autofree char *same_as =
        entry->same_as != NULL && problem == NULL ? import_name(entry->same_as, &problem) : NULL;
    if (problem != NULL)
        return refuse(entry->path, problem, error);
    if (entry->encrypted)
        return refuse(entry->path, "is encrypted: pack the drivers without a password", error);
    if (entry->kind == ARCHIVE_ENTRY_SPECIAL)
        return refuse(entry->path, "is a device, pipe or socket", error);
    if (entry->kind == ARCHIVE_ENTRY_FOLDER || path[0] == '\0')
        return TRUE;
    ImportFile *file = g_new0(ImportFile, 1);
    file->path = g_steal_pointer(&path);
    file->same_as = g_steal_pointer(&same_as);
    file->size = entry->size;
    file->position = position;
    file->targets = g_ptr_array_new_with_free_func(g_free);
    file->is_link = entry->kind == ARCHIVE_ENTRY_LINK;
    g_ptr_array_add(list->files, file);
    return TRUE;
}

static gboolean read_entries(ImportList *list, const char *path, GError **error)
{
    g_autoptr(ArchiveReader) reader = archive_reader_open(path, error);
    guint64 listed = 0;
    for (guint position = 0; reader != NULL; position++) {
        GError *failure = NULL;
        ArchiveEntry entry;
        if (!archive_reader_next(reader, &entry, &failure)) {
            list->kind = archive_reader_kind(reader);
            if (failure != NULL)
                g_propagate_error(error, failure);
            return failure == NULL;
        }
        listed += MIN(entry.size, MAX_LISTED_BYTES);
        gboolean ok = position < IMPORT_MAX_ENTRIES && listed <= MAX_LISTED_BYTES;
        if (!ok)
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                        "holds more than %u entries or %" G_GUINT64_FORMAT
                        " GiB unpacked, which no drivers do",
                        IMPORT_MAX_ENTRIES, MAX_LISTED_BYTES >> 30);
        ok = ok && add_entry(list, &entry, position, error);
        archive_entry_clear_fields(&entry);
        if (!ok)
            return FALSE;
    }
    return FALSE;
}

// Two names that are one to Windows, and a file where another entry needs a folder.
static gboolean check_clashes(const ImportList *list, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < list->files->len; i++) {
        const ImportFile *file = g_ptr_array_index(list->files, i);
        if (!g_hash_table_add(names, disc_name_fold(file->path)))
            return refuse(file->path, "is there twice, for Windows: names that differ in case are one",
                          error);
    }
    for (guint i = 0; i < list->files->len; i++) {
        const ImportFile *file = g_ptr_array_index(list->files, i);
        g_autofree char *folded = disc_name_fold(file->path);
        for (char *slash = strrchr(folded, '/'); slash != NULL; slash = strrchr(folded, '/')) {
            *slash = '\0';
            if (g_hash_table_contains(names, folded))
                return refuse(file->path, "lies below an entry that is a file", error);
        }
    }
    return TRUE;
}

static gboolean has_extension(const char *path, const char *extension)
{
    const gsize length = strlen(path), tail = strlen(extension);
    return length > tail && g_ascii_strcasecmp(path + length - tail, extension) == 0;
}

// Which of a tree's two ways to sort there are. FALSE if it is no tree by versions.
static gboolean look_at_versions(const ImportList *list, gboolean *ret_version_first, gboolean *ret_windows_7)
{
    gboolean any = FALSE;
    *ret_version_first = *ret_windows_7 = FALSE;
    for (guint i = 0; i < list->files->len; i++) {
        const ImportFile *file = g_ptr_array_index(list->files, i);
        WindowsFolder folder;
        if (!has_extension(file->path, ".inf") || !windows_folder_read(file->path, &folder))
            continue;
        any = TRUE;
        *ret_version_first |= folder.windows_7 && folder.version_first;
        *ret_windows_7 |= folder.windows_7;
    }
    return any;
}

// Where DRIVER/w7/ARCHITECTURE is there, ARCHITECTURE/w7 holds the same drivers once more.
static gboolean is_wanted(const ImportFile *file, const char *architecture, gboolean version_first)
{
    WindowsFolder folder;
    if (!windows_folder_read(file->path, &folder) || !folder.windows_7 ||
        folder.version_first != version_first)
        return FALSE;
    if (folder.architecture == NULL)
        return architecture == NULL;
    return architecture != NULL
               ? g_str_equal(folder.architecture, architecture)
               : g_str_equal(folder.architecture, "amd64") || g_str_equal(folder.architecture, "x86");
}

static gboolean choose(ImportList *list, const char *architecture, GPtrArray *chosen, GError **error)
{
    gboolean version_first = FALSE, windows_7 = FALSE;
    list->by_version = look_at_versions(list, &version_first, &windows_7);
    if (list->by_version && !windows_7) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_ARCHIVE,
                    "holds drivers for other versions of Windows, and none for Windows 7 (no folder \"w7\")");
        return FALSE;
    }
    for (guint i = 0; i < list->files->len; i++) {
        ImportFile *file = g_ptr_array_index(list->files, i);
        if (!list->by_version || is_wanted(file, architecture, version_first))
            g_ptr_array_add(chosen, file);
        else
            list->left_out++;
    }
    return TRUE;
}

// An archive in an archive, or no drivers at all.
static gboolean check_has_inf(const GPtrArray *chosen, GError **error)
{
    static const char *const packed[] = { ".zip", ".cab", ".7z", ".iso", ".gz", ".xz", ".exe", ".msi", NULL };
    const char *inner = NULL;
    for (guint i = 0; i < chosen->len; i++) {
        const ImportFile *file = g_ptr_array_index(chosen, i);
        if (has_extension(file->path, ".inf"))
            return TRUE;
        for (gsize j = 0; packed[j] != NULL; j++) {
            if (has_extension(file->path, packed[j]))
                inner = file->path;
        }
    }
    if (inner != NULL)
        g_set_error(
            error, MEDIA_ERROR, MEDIA_ERROR_NO_INF,
            "holds no INF file, but \"%s\", which is packed itself: unpack that, and send what is in it",
            inner);
    else
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NO_INF, "holds no INF file");
    return FALSE;
}

// Length of the one folder at the top that everything lies in, with its '/'; 0 if there is none.
static gsize common_top(const GPtrArray *chosen)
{
    const ImportFile *first = g_ptr_array_index(chosen, 0);
    const char *slash = strchr(first->path, '/');
    const gsize length = slash != NULL ? (gsize)(slash - first->path + 1) : 0;
    for (guint i = 1; i < chosen->len && length > 0; i++) {
        const ImportFile *file = g_ptr_array_index(chosen, i);
        if (strncmp(file->path, first->path, length) != 0)
            return 0;
    }
    return length;
}

// The file that the content of @file comes with.
static ImportFile *content_of(GHashTable *by_path, ImportFile *file)
{
    for (guint i = 0; i < MAX_LINKS && file != NULL; i++) {
        if (file->same_as == NULL || g_str_equal(file->same_as, file->path))
            return file;
        file = g_hash_table_lookup(by_path, file->same_as);
    }
    return NULL;
}

static gboolean place(ImportList *list, const GPtrArray *chosen, GError **error)
{
    g_autoptr(GHashTable) by_path = g_hash_table_new(g_str_hash, g_str_equal);
    const gsize top = list->by_version ? 0 : common_top(chosen);
    for (guint i = 0; i < list->files->len; i++) {
        ImportFile *file = g_ptr_array_index(list->files, i);
        g_hash_table_insert(by_path, file->path, file);
    }
    for (guint i = 0; i < chosen->len; i++) {
        ImportFile *file = g_ptr_array_index(chosen, i);
        ImportFile *content = content_of(by_path, file);
        if (file->is_link || (content != NULL && content->is_link))
            return refuse(file->path, "is a symbolic link: pack the file that it leads to", error);
        if (content == NULL)
            return refuse(file->path, "is a link to an entry that is not in the archive", error);
        g_ptr_array_add(content->targets, g_strdup(file->path + top));
        list->bytes += content->size;
    }
    if (chosen->len <= DRIVER_PACKAGE_MAX_FILES && list->bytes <= DRIVER_PACKAGE_MAX_BYTES)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                "holds %u files of %" G_GUINT64_FORMAT
                " MiB; a driver package has at most %u of %" G_GUINT64_FORMAT " MiB",
                chosen->len, list->bytes >> 20, DRIVER_PACKAGE_MAX_FILES,
                (guint64)DRIVER_PACKAGE_MAX_BYTES >> 20);
    return FALSE;
}

ImportList *import_list_read(const char *path, const char *architecture, GError **error)
{
    g_autoptr(ImportList) list = g_new0(ImportList, 1);
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    list->files = g_ptr_array_new_with_free_func(import_file_free);
    if (!read_entries(list, path, error) || !check_clashes(list, error) ||
        !choose(list, architecture, chosen, error) || !check_has_inf(chosen, error) ||
        !place(list, chosen, error))
        return NULL;
    return g_steal_pointer(&list);
}
