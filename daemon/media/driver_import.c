// SPDX-License-Identifier: GPL-3.0-or-later
// The archive is read twice: its list first, so that nothing is written of one that will be refused.
#include "driver_import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "byte_source.h"
#include "driver_package.h"
#include "import_list.h"
#include "media_error.h"
#include "progress.h"
#include "scratch.h"

typedef struct {
    const char *folder; // that is written to
    guint64 limit;      // bytes that may be written
    guint64 written;
    Progress progress;
} Unpacking;

static gboolean make_parents(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0755) == 0)
        return TRUE;
    media_error_set_errno(error, errno, "cannot create %s", folder);
    return FALSE;
}

static int create_target(const Unpacking *unpacking, const char *target, GError **error)
{
    g_autofree char *path = g_build_filename(unpacking->folder, target, NULL);
    if (!make_parents(path, error))
        return -1;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        media_error_set_errno(error, errno, "cannot create %s", path);
    return fd;
}

static gboolean write_all(int fd, const char *target, const guint8 *bytes, gsize length, GError **error)
{
    while (length > 0) {
        const ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            media_error_set_errno(error, errno, "cannot write %s", target);
            return FALSE;
        }
        bytes += count;
        length -= (gsize)count;
    }
    return TRUE;
}

static gboolean count(Unpacking *unpacking, gsize length, GError **error)
{
    unpacking->written += length;
    progress_set(&unpacking->progress, MIN(unpacking->written, unpacking->progress.total));
    if (unpacking->written <= unpacking->limit)
        return TRUE;
    g_set_error(
        error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
        "holds more than it says, or unpacks to more than %u times its size: no archive of drivers does",
        IMPORT_MAX_RATIO);
    return FALSE;
}

static gboolean unpack_to(Unpacking *unpacking, ArchiveReader *reader, const ImportFile *file, GArray *fds,
                          GError **error)
{
    for (;;) {
        const void *bytes = NULL;
        gsize length = 0;
        if (!archive_reader_read(reader, &bytes, &length, error))
            return FALSE;
        if (length == 0)
            return TRUE;
        if (!count(unpacking, length * fds->len, error))
            return FALSE;
        for (guint i = 0; i < fds->len; i++) {
            if (!write_all(g_array_index(fds, int, i), g_ptr_array_index(file->targets, i), bytes, length,
                           error))
                return FALSE;
        }
    }
}

static gboolean unpack_file(Unpacking *unpacking, ArchiveReader *reader, const ImportFile *file,
                            GError **error)
{
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));
    gboolean ok = TRUE;
    for (guint i = 0; i < file->targets->len && ok; i++) {
        const int fd = create_target(unpacking, g_ptr_array_index(file->targets, i), error);
        ok = fd >= 0;
        if (ok)
            g_array_append_val(fds, fd);
    }
    ok = ok && unpack_to(unpacking, reader, file, fds, error);
    for (guint i = 0; i < fds->len; i++) {
        if (close(g_array_index(fds, int, i)) < 0 && ok) {
            media_error_set_errno(error, errno, "cannot write %s", file->path);
            ok = FALSE;
        }
    }
    return ok;
}

// The entries come in the order of the list.
static gboolean unpack_all(Unpacking *unpacking, const char *archive, const ImportList *list, GError **error)
{
    g_autoptr(ArchiveReader) reader = archive_reader_open(archive, error);
    guint next = 0;
    for (guint position = 0; reader != NULL && next < list->files->len; position++) {
        const ImportFile *file = g_ptr_array_index(list->files, next);
        GError *failure = NULL;
        ArchiveEntry entry;
        if (!archive_reader_next(reader, &entry, &failure)) {
            if (failure == NULL)
                g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_ARCHIVE,
                            "the archive changed while it was read");
            else
                g_propagate_error(error, failure);
            return FALSE;
        }
        archive_entry_clear_fields(&entry);
        if (position < file->position)
            continue;
        next++;
        if (file->targets->len > 0 && !unpack_file(unpacking, reader, file, error))
            return FALSE;
    }
    return reader != NULL;
}

static guint64 size_limit(const char *archive)
{
    struct stat status;
    const guint64 size = stat(archive, &status) == 0 ? (guint64)status.st_size : 0;
    return MIN(MAX(size * IMPORT_MAX_RATIO, IMPORT_RATIO_FLOOR), DRIVER_PACKAGE_MAX_BYTES);
}

static DriverImport *describe(const ImportList *list, const DriverPackage *package)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    DriverImport *result = g_new0(DriverImport, 1);
    result->kind = list->kind;
    result->folders = g_ptr_array_new_with_free_func(g_free);
    result->files = package->file_count;
    result->bytes = package->bytes;
    result->left_out = list->left_out;
    for (guint i = 0; i < package->infs->len; i++) {
        const DriverInf *inf = g_ptr_array_index(package->infs, i);
        const char *slash = strrchr(inf->path, '/');
        char *folder = g_strndup(inf->path, slash != NULL ? (gsize)(slash - inf->path) : 0);
        if (g_hash_table_add(seen, g_strdup(folder)))
            g_ptr_array_add(result->folders, folder);
        else
            g_free(folder);
    }
    return result;
}

// A rename that does not take the place of an empty folder.
static gboolean give_name(const char *partial, const char *output, GError **error)
{
    const int folder = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        syncfs(folder); // the files of a package are many and small
        close(folder);
    }
    if (renameat2(AT_FDCWD, partial, AT_FDCWD, output, RENAME_NOREPLACE) == 0)
        return TRUE;
    if (errno == EEXIST)
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_PACKAGE, "%s exists already", output);
    else
        media_error_set_errno(error, errno, "cannot rename %s to %s", partial, output);
    return FALSE;
}

static DriverImport *unpack(const char *archive, const char *partial, const char *output,
                            const ImportList *list, GError **error)
{
    Unpacking unpacking = { .folder = partial, .limit = size_limit(archive) };
    progress_begin(&unpacking.progress, "unpack", list->bytes);
    if (!unpack_all(&unpacking, archive, list, error))
        return NULL;
    progress_set(&unpacking.progress, unpacking.progress.total);
    GError *failure = NULL;
    g_autoptr(DriverPackage) package = driver_package_read(partial, NULL, &failure);
    if (package == NULL) {
        // The folder's name means nothing to anybody.
        g_autofree char *prefix = g_strdup_printf("driver package %s: ", partial);
        const gboolean named = g_str_has_prefix(failure->message, prefix);
        g_set_error_literal(error, failure->domain, failure->code,
                            failure->message + (named ? strlen(prefix) : 0));
        g_error_free(failure);
        return NULL;
    }
    return give_name(partial, output, error) ? describe(list, package) : NULL;
}

DriverImport *driver_import(const char *archive, const char *output, const char *architecture, GError **error)
{
    if (g_file_test(output, G_FILE_TEST_EXISTS)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_PACKAGE, "%s exists already", output);
        return NULL;
    }
    g_autoptr(ImportList) list = import_list_read(archive, architecture, error);
    if (list == NULL)
        return NULL;
    g_autofree char *partial = g_strdup_printf("%s.partial-%d", output, (int)getpid());
    scratch_tree_remove(partial); // left by a process of the same number that was killed
    if (mkdir(partial, 0755) < 0) {
        media_error_set_errno(error, errno, "cannot create %s", partial);
        return NULL;
    }
    DriverImport *result = unpack(archive, partial, output, list, error);
    if (result == NULL)
        scratch_tree_remove(partial);
    return result;
}

void driver_import_free(DriverImport *result)
{
    if (result == NULL)
        return;
    g_ptr_array_unref(result->folders);
    g_free(result);
}
