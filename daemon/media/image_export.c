// SPDX-License-Identifier: GPL-3.0-or-later
// See image_export.h. The disk is read three times: by qemu-img, for its hash, which is in the manifest at
// the archive's beginning, and into the archive. It takes its room only once: what is in the archive is given
// back.
#include "image_export.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "byte_source.h"
#include "cancel.h"
#include "digest.h"
#include "disk_flatten.h"
#include "image_manifest.h"
#include "media_error.h"
#include "output_file.h"
#include "progress.h"
#include "qcow2_header.h"

#define PIECE_BYTES (1u << 20)
#define PASSES      3u
// What others on this file system need meanwhile.
#define KEPT_BYTES (256ull << 20)

typedef struct {
    const ImageExport *export;
    ImageManifest *manifest;
    char *disk; // flattened
    Progress progress;
    guint64 size, done; // of the disk; of all passes
    OutputFile *output;
    GError *failure; // of writing to @output, which libarchive cannot carry
} Export;

static gboolean check_room(const Export *task, GError **error)
{
    struct statvfs info;
    guint64 needed = 0;
    if (!disk_flatten_measure(task->export->disk, &needed, error))
        return FALSE;
    if (statvfs(task->export->folder, &info) != 0)
        return TRUE; // then writing finds out
    const guint64 room = (guint64)info.f_bavail * info.f_frsize;
    if (needed + KEPT_BYTES <= room)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NO_SPACE,
                "there is no room for the image in %s: %" G_GUINT64_FORMAT
                " MiB are needed, %" G_GUINT64_FORMAT " MiB are free, of which %" G_GUINT64_FORMAT
                " MiB are left to others",
                task->export->folder, needed >> 20, room >> 20, (guint64)KEPT_BYTES >> 20);
    return FALSE;
}

static void on_flattened(guint thousandths, gpointer data)
{
    Progress *progress = data;
    progress_set(progress, thousandths);
}

static gboolean flatten(Export *task, GError **error)
{
    // How large it becomes shows only at the end.
    progress_begin(&task->progress, "export", 1000 * PASSES);
    unlink(task->disk); // of a task that was killed
    return disk_flatten(task->export->disk, task->disk, on_flattened, &task->progress, error);
}

static void step(Export *task, gsize length)
{
    task->done += length;
    const double share = task->size > 0 ? (double)task->done / (double)task->size : 1;
    progress_set(&task->progress, 1000 + (guint64)(1000 * MIN(share, PASSES - 1)));
}

static char *member_path(const Export *task, ImageMember member)
{
    return member == IMAGE_DISK ? g_strdup(task->disk)
                                : g_build_filename(task->export->folder, image_members[member].name, NULL);
}

static gboolean hash_member(Export *task, ImageMember member, GError **error)
{
    g_autofree char *path = member_path(task, member);
    g_autofree guint8 *buffer = g_malloc(PIECE_BYTES);
    g_autoptr(ByteSource) source = byte_source_open(path, error);
    g_autoptr(Digest) digest = source != NULL ? digest_new(DIGEST_SHA256, error) : NULL;
    if (digest == NULL)
        return FALSE;
    if (member == IMAGE_DISK)
        task->size = source->size;
    for (guint64 at = 0; at < source->size;) {
        const gsize length = MIN(source->size - at, PIECE_BYTES);
        if (!cancel_check(error) || !byte_source_read(source, at, buffer, length, error))
            return FALSE;
        digest_update(digest, buffer, length);
        at += length;
        if (member == IMAGE_DISK)
            step(task, length);
    }
    task->manifest->members[member].size = source->size;
    task->manifest->members[member].sha256 = digest_hex(digest);
    return TRUE;
}

// What an import would refuse is not sent on its way.
static gboolean check_disk(Export *task, GError **error)
{
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(ByteSource) disk = byte_source_open(task->disk, error);
    if (disk == NULL || !qcow2_header_check(disk, IMAGE_LARGEST_DISK, "/disk.qcow2", faults,
                                            &task->manifest->virtual_size, error))
        return FALSE;
    if (faults_count(faults) == 0)
        return TRUE;
    g_autofree char *text = faults_to_text(faults);
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "qemu-img made a disk that is of no use: %s", text);
    return FALSE;
}

static gboolean describe(Export *task, GError **error)
{
    ImageManifest *manifest = task->manifest;
    manifest->image = g_strdup(task->export->image);
    manifest->architecture = g_strdup(task->export->architecture);
    manifest->exported = g_strdup(task->export->exported);
    manifest->sevend = g_strdup(task->export->sevend);
    for (ImageMember i = IMAGE_MANIFEST + 1; i < IMAGE_MEMBERS; i++) {
        g_autofree char *path = member_path(task, i);
        if (!image_members[i].needed && !g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        if (!hash_member(task, i, error))
            return FALSE;
    }
    return check_disk(task, error);
}

// ---- The archive ----

static la_ssize_t on_bytes(struct archive *archive G_GNUC_UNUSED, void *data, const void *bytes,
                           size_t length)
{
    Export *task = data;
    return output_file_write(task->output, bytes, length, &task->failure) ? (la_ssize_t)length : -1;
}

static gboolean fail(Export *task, struct archive *archive, GError **error)
{
    if (task->failure != NULL)
        g_propagate_error(error, g_steal_pointer(&task->failure));
    else
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "%s: %s", task->export->output,
                    archive_error_string(archive));
    return FALSE;
}

static gboolean add_header(Export *task, struct archive *archive, const char *name, guint64 size,
                           GError **error)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_mtime(entry, time(NULL), 0);
    const int result = archive_write_header(archive, entry);
    archive_entry_free(entry);
    return result == ARCHIVE_OK || fail(task, archive, error);
}

static gboolean add_bytes(Export *task, struct archive *archive, const void *bytes, gsize length,
                          GError **error)
{
    return archive_write_data(archive, bytes, length) == (la_ssize_t)length || fail(task, archive, error);
}

static gboolean add_file(Export *task, struct archive *archive, ImageMember member, GError **error)
{
    g_autofree char *path = member_path(task, member);
    g_autofree guint8 *buffer = g_malloc(PIECE_BYTES);
    g_autoptr(ByteSource) source = byte_source_open(path, error);
    const int hole = member == IMAGE_DISK ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    gboolean ok = source != NULL && add_header(task, archive, image_members[member].name,
                                               task->manifest->members[member].size, error);
    for (guint64 at = 0; ok && at < task->manifest->members[member].size;) {
        const gsize length = MIN(task->manifest->members[member].size - at, PIECE_BYTES);
        ok = cancel_check(error) && byte_source_read(source, at, buffer, length, error) &&
             add_bytes(task, archive, buffer, length, error);
        // Where the file system cannot, the disk takes its room twice.
        if (ok && hole >= 0) {
            fallocate(hole, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)length);
            step(task, length);
        }
        at += length;
    }
    if (hole >= 0)
        close(hole);
    return ok;
}

static gboolean add_members(Export *task, struct archive *archive, GError **error)
{
    g_autofree char *manifest = image_manifest_text(task->manifest);
    const gsize length = strlen(manifest);
    if (!add_header(task, archive, image_members[IMAGE_MANIFEST].name, length, error) ||
        !add_bytes(task, archive, manifest, length, error))
        return FALSE;
    for (ImageMember i = IMAGE_MANIFEST + 1; i < IMAGE_MEMBERS; i++)
        if (task->manifest->members[i].sha256 != NULL && !add_file(task, archive, i, error))
            return FALSE;
    return archive_write_close(archive) == ARCHIVE_OK || fail(task, archive, error);
}

// Plain ustar, but for a disk of 8 GiB or more, whose size only pax can tell.
static gboolean write_archive(Export *task, GError **error)
{
    struct archive *archive = archive_write_new();
    if (archive == NULL)
        g_error("out of memory");
    archive_write_set_format_pax_restricted(archive);
    const gboolean ok = (archive_write_open(archive, task, NULL, on_bytes, NULL) == ARCHIVE_OK ||
                         fail(task, archive, error)) &&
                        add_members(task, archive, error);
    archive_write_free(archive);
    g_clear_error(&task->failure);
    return ok;
}

static json_object *result_of(const Export *task)
{
    g_autofree char *sha256 = output_file_digest(task->output);
    json_object *result = json_object_new_object();
    json_object_object_add(result, "size", json_object_new_uint64(output_file_size(task->output)));
    json_object_object_add(result, "sha256", json_object_new_string(sha256));
    json_object_object_add(result, "disk_size", json_object_new_uint64(task->size));
    json_object_object_add(result, "virtual_size", json_object_new_uint64(task->manifest->virtual_size));
    return result;
}

json_object *image_export(const ImageExport *export, GError **error)
{
    g_autoptr(ImageManifest) manifest = image_manifest_new();
    g_autofree char *disk = g_build_filename(export->folder, image_members[IMAGE_DISK].name, NULL);
    Export task = { .export = export, .manifest = manifest, .disk = disk };
    gboolean ok = check_room(&task, error) && flatten(&task, error) && describe(&task, error);
    g_autoptr(OutputFile) output = ok ? output_file_new(export->output, 0600, DIGEST_SHA256, error) : NULL;
    task.output = output;
    ok = output != NULL && write_archive(&task, error) && output_file_commit(output, error);
    unlink(disk);
    return ok ? result_of(&task) : NULL;
}
