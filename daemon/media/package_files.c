// SPDX-License-Identifier: GPL-3.0-or-later
// Files by folded path, and what was found in them.
#include "package_files.h"

#include <string.h>

#include "authenticode.h"
#include "byte_source.h"
#include "disc_name.h"

struct PackageFiles {
    const char *directory;
    GHashTable *paths;      // folded path → path, borrowed from the package
    GHashTable *looked;     // path → PackageFile
    GHashTable *catalogues; // path → Catalogue, NULL for what is none
};

static void package_file_free(gpointer data)
{
    PackageFile *file = data;
    g_free(file->path);
    g_ptr_array_unref(file->hashes);
    g_free(file);
}

static void free_catalogue(gpointer catalogue)
{
    catalogue_free(catalogue);
}

PackageFiles *package_files_new(const DriverPackage *package, const char *directory)
{
    PackageFiles *files = g_new0(PackageFiles, 1);
    files->directory = directory;
    files->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    files->looked = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, package_file_free);
    files->catalogues = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_catalogue);
    for (guint i = 0; i < package->paths->len; i++) {
        char *path = g_ptr_array_index(package->paths, i);
        g_hash_table_insert(files->paths, disc_name_fold(path), path);
    }
    return files;
}

void package_files_free(PackageFiles *files)
{
    if (files == NULL)
        return;
    g_hash_table_unref(files->paths);
    g_hash_table_unref(files->looked);
    g_hash_table_unref(files->catalogues);
    g_free(files);
}

const char *package_files_find(const PackageFiles *files, const char *path)
{
    g_autofree char *folded = disc_name_fold(path);
    const char *found = g_hash_table_lookup(files->paths, folded);
    const gsize length = strlen(folded);
    if (found != NULL || length == 0)
        return found;
    folded[length - 1] = '_';
    return g_hash_table_lookup(files->paths, folded);
}

static GBytes *load(const PackageFiles *files, const char *path, GError **error)
{
    g_autofree char *host_path = g_build_filename(files->directory, path, NULL);
    g_autoptr(ByteSource) file = byte_source_open(host_path, error);
    return file == NULL ? NULL : byte_source_load(file, DRIVER_PACKAGE_MAX_BYTES, error);
}

static char *flat_hash(const guint8 *bytes, gsize size, DigestKind kind, GError **error)
{
    g_autoptr(Digest) digest = digest_new(kind, error);
    if (digest == NULL)
        return NULL;
    digest_update(digest, bytes, size);
    return digest_hex(digest);
}

static gboolean add_hashes(PackageFile *file, const guint8 *bytes, gsize size, const PeImage *image,
                           GError **error)
{
    static const DigestKind kinds[] = { DIGEST_SHA1, DIGEST_SHA256 };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        char *flat = flat_hash(bytes, size, kinds[i], error);
        if (flat == NULL)
            return FALSE;
        g_ptr_array_add(file->hashes, flat);
        char *program = image != NULL ? authenticode_hash(image, kinds[i], error) : NULL;
        if (image != NULL && program == NULL)
            return FALSE;
        if (program != NULL)
            g_ptr_array_add(file->hashes, program);
    }
    return TRUE;
}

const PackageFile *package_files_look(PackageFiles *files, const char *path, GError **error)
{
    PackageFile *file = g_hash_table_lookup(files->looked, path);
    if (file != NULL)
        return file;
    g_autoptr(GBytes) content = load(files, path, error);
    if (content == NULL)
        return NULL;
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(content, &size);
    PeImage image;
    const gboolean program = pe_image_read(bytes, size, &image);
    file = g_new0(PackageFile, 1);
    file->path = g_strdup(path);
    file->hashes = g_ptr_array_new_with_free_func(g_free);
    file->machine = program ? pe_image_machine(&image) : NULL;
    file->embedded = program ? authenticode_digests(&image) : 0;
    if (!add_hashes(file, bytes, size, program ? &image : NULL, error)) {
        package_file_free(file);
        return NULL;
    }
    g_hash_table_insert(files->looked, file->path, file);
    return file;
}

gboolean package_files_catalogue(PackageFiles *files, const char *path, const Catalogue **ret_catalogue,
                                 GError **error)
{
    gpointer known = NULL;
    if (!g_hash_table_lookup_extended(files->catalogues, path, NULL, &known)) {
        g_autoptr(GBytes) content = load(files, path, error);
        if (content == NULL)
            return FALSE;
        gsize size = 0;
        const guint8 *bytes = g_bytes_get_data(content, &size);
        known = catalogue_read(bytes, size);
        g_hash_table_insert(files->catalogues, (char *)path, known); // lives in the package
    }
    *ret_catalogue = known;
    return TRUE;
}
