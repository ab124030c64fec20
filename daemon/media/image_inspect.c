// SPDX-License-Identifier: GPL-3.0-or-later
// See image_inspect.h. libarchive only tells what the members are called and where they lie; what is hashed
// is the very range of the file that is used later, so that no reading of the archive can differ from
// another.
#include "image_inspect.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "byte_source.h"
#include "cancel.h"
#include "common/faults_json.h"
#include "digest.h"
#include "image_manifest.h"
#include "media_error.h"
#include "output_file.h"
#include "progress.h"
#include "qcow2_header.h"

#define TAR_BLOCK    512u
#define READ_BYTES   (1u << 20)
#define MOST_ENTRIES 64u
#define NONCE_DIGITS 32u

typedef struct {
    const char *output;
    ByteSource *file;
    Faults *faults;
    struct {
        gboolean there;
        guint64 offset, size;
    } places[IMAGE_MEMBERS];
    ImageManifest *manifest;
    guint64 virtual_size; // as the disk's header has it
    Progress progress;
    guint64 done;
} Inspection;

// "/disk.qcow2". The caller frees.
static char *pointer_of(ImageMember member)
{
    return json_pointer_append("", image_members[member].name);
}

G_GNUC_PRINTF(4, 5)
static void refuse(Inspection *inspection, ImageMember member, const char *code, const char *format, ...)
{
    g_autofree char *pointer = pointer_of(member);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    faults_add(inspection->faults, pointer, code, NULL, "%s", text);
}

// ---- The list of members ----

static void refuse_entry(Inspection *inspection, const char *name, const char *code, const char *text)
{
    g_autofree char *pointer = json_pointer_append("", name);
    faults_add(inspection->faults, pointer, code, NULL, "%s", text);
}

// IMAGE_MEMBERS, with a fault, for what must not be there.
static ImageMember take_entry(Inspection *inspection, struct archive_entry *entry)
{
    const char *raw = archive_entry_pathname(entry);
    g_autofree char *name = g_utf8_make_valid(raw != NULL ? raw : "", -1);
    const ImageMember member = image_member_find(name);
    if (member == IMAGE_MEMBERS)
        refuse_entry(inspection, name, "unknown-member", "no member of that name belongs to an image");
    else if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
             archive_entry_sparse_count(entry) > 0 || !archive_entry_size_is_set(entry) ||
             archive_entry_size(entry) < 0)
        refuse_entry(inspection, name, "not-a-file", "is no plain file in the archive");
    else if (inspection->places[member].there)
        refuse_entry(inspection, name, "twice", "is there twice");
    else
        return member;
    return IMAGE_MEMBERS;
}

// Where a member lies is known only at the header that follows it: what is between is its content, filled up
// to a whole block.
static void end_member(Inspection *inspection, ImageMember member, gint64 next_header)
{
    const guint64 size = inspection->places[member].size;
    const guint64 filled =
        size <= G_MAXINT64 - TAR_BLOCK ? (size + TAR_BLOCK - 1) & ~(guint64)(TAR_BLOCK - 1) : G_MAXUINT64;
    if (next_header < 0 || filled > (guint64)next_header ||
        !byte_source_contains(inspection->file, (guint64)next_header - filled, size)) {
        refuse(inspection, member, "truncated", "is cut short: the archive ends before it does");
        inspection->places[member].size = 0;
        return;
    }
    inspection->places[member].offset = (guint64)next_header - filled;
}

static void list_members(Inspection *inspection, struct archive *archive)
{
    ImageMember open = IMAGE_MEMBERS;
    for (guint entries = 0;; entries++) {
        struct archive_entry *entry = NULL;
        const int result = archive_read_next_header(archive, &entry);
        if (open != IMAGE_MEMBERS)
            end_member(inspection, open, archive_read_header_position(archive));
        if (result == ARCHIVE_EOF)
            break;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
            const char *text = archive_error_string(archive);
            faults_add(inspection->faults, "", "bad-archive", NULL,
                       "is no .tar of an image, or is damaged or cut short: %s",
                       text != NULL ? text : "unreadable");
            break;
        }
        if (entries >= MOST_ENTRIES) {
            faults_add(inspection->faults, "", "bad-archive", NULL, "has more members than an image has");
            break;
        }
        open = take_entry(inspection, entry);
        if (open == IMAGE_MEMBERS)
            continue;
        inspection->places[open].there = TRUE;
        inspection->places[open].size = (guint64)archive_entry_size(entry);
    }
}

static gboolean list(Inspection *inspection, const char *path, GError **error)
{
    struct archive *archive = archive_read_new();
    if (archive == NULL)
        g_error("out of memory");
    archive_read_support_format_tar(archive);
    if (inspection->file->size == 0)
        faults_add(inspection->faults, "", "bad-archive", NULL, "is empty");
    else if (archive_read_open_filename(archive, path, READ_BYTES) == ARCHIVE_OK)
        list_members(inspection, archive);
    else
        faults_add(inspection->faults, "", "bad-archive", NULL, "is no .tar: %s",
                   archive_error_string(archive));
    archive_read_free(archive);
    return cancel_check(error);
}

static void check_members(Inspection *inspection)
{
    for (ImageMember i = 0; i < IMAGE_MEMBERS; i++) {
        if (!inspection->places[i].there && image_members[i].needed)
            refuse(inspection, i, "missing", "is missing");
        if (inspection->places[i].size <= image_members[i].most)
            continue;
        refuse(inspection, i, "too-large",
               "has %" G_GUINT64_FORMAT " bytes; at most %" G_GUINT64_FORMAT " are taken",
               inspection->places[i].size, image_members[i].most);
        inspection->places[i].there = FALSE; // not looked at any further
    }
}

// ---- What is in them ----

static ByteSource *open_member(const Inspection *inspection, ImageMember member)
{
    return byte_source_slice(inspection->file, inspection->places[member].offset,
                             inspection->places[member].size, image_members[member].name);
}

static gboolean read_manifest(Inspection *inspection, GError **error)
{
    if (!inspection->places[IMAGE_MANIFEST].there)
        return TRUE;
    g_autoptr(ByteSource) source = open_member(inspection, IMAGE_MANIFEST);
    g_autoptr(GBytes) bytes = byte_source_load(source, image_members[IMAGE_MANIFEST].most, error);
    if (bytes == NULL)
        return FALSE;
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    inspection->manifest = image_manifest_parse(text != NULL ? text : "", length, inspection->faults);
    return TRUE;
}

// NULL with @error. The caller frees.
static char *hash(Inspection *inspection, ByteSource *source, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    g_autoptr(Digest) digest = digest_new(DIGEST_SHA256, error);
    if (digest == NULL)
        return NULL;
    for (guint64 at = 0; at < source->size;) {
        const gsize step = MIN(source->size - at, READ_BYTES);
        if (!cancel_check(error) || !byte_source_read(source, at, buffer, step, error))
            return NULL;
        digest_update(digest, buffer, step);
        at += step;
        inspection->done += step;
        progress_set(&inspection->progress, inspection->done);
    }
    return digest_hex(digest);
}

// It is used only with its hash: the text goes out as it came.
static gboolean take_out(const Inspection *inspection, ImageMember member, ByteSource *source, GError **error)
{
    g_autofree char *path = g_build_filename(inspection->output, image_members[member].name, NULL);
    g_autoptr(GBytes) bytes = byte_source_load(source, image_members[member].most, error);
    g_autoptr(OutputFile) file = bytes != NULL ? output_file_new(path, 0600, DIGEST_SHA256, error) : NULL;
    return file != NULL &&
           output_file_write(file, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), error) &&
           output_file_commit(file, error);
}

static gboolean check_nonce(Inspection *inspection, ByteSource *source, GError **error)
{
    g_autoptr(GBytes) bytes = byte_source_load(source, image_members[IMAGE_NONCE].most, error);
    if (bytes == NULL)
        return FALSE;
    const gsize length = g_bytes_get_size(bytes);
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), length);
    if (length != NONCE_DIGITS || strspn(text, "0123456789abcdef") != NONCE_DIGITS)
        refuse(inspection, IMAGE_NONCE, "bad-value", "is not %u digits of 0-9 and a-f", NONCE_DIGITS);
    return TRUE;
}

static gboolean check_disk(Inspection *inspection, ByteSource *source, GError **error)
{
    g_autofree char *pointer = pointer_of(IMAGE_DISK);
    if (!qcow2_header_check(source, IMAGE_LARGEST_DISK, pointer, inspection->faults,
                            &inspection->virtual_size, error))
        return FALSE;
    if (inspection->manifest != NULL && inspection->virtual_size != 0 &&
        inspection->virtual_size != inspection->manifest->virtual_size)
        refuse(inspection, IMAGE_DISK, "differs",
               "is a disk of %" G_GUINT64_FORMAT " bytes, and the manifest says %" G_GUINT64_FORMAT,
               inspection->virtual_size, inspection->manifest->virtual_size);
    return TRUE;
}

// TRUE in *@ret_sound if it is what the manifest says. Of a manifest that cannot be read nothing is known.
static gboolean check_hash(Inspection *inspection, ImageMember member, ByteSource *source,
                           gboolean *ret_sound, GError **error)
{
    const ImageManifest *manifest = inspection->manifest;
    *ret_sound = FALSE;
    if (manifest == NULL)
        return TRUE;
    if (manifest->members[member].sha256 == NULL) {
        refuse(inspection, member, "not-in-manifest", "is not in the manifest");
        return TRUE;
    }
    if (manifest->members[member].size != source->size) {
        refuse(inspection, member, "differs",
               "has %" G_GUINT64_FORMAT " bytes, and the manifest says %" G_GUINT64_FORMAT, source->size,
               manifest->members[member].size);
        return TRUE;
    }
    g_autofree char *found = hash(inspection, source, error);
    if (found == NULL)
        return FALSE;
    *ret_sound = strcmp(found, manifest->members[member].sha256) == 0;
    if (!*ret_sound)
        refuse(inspection, member, "hash-mismatch", "is damaged: its SHA-256 is %s, and the manifest says %s",
               found, manifest->members[member].sha256);
    return TRUE;
}

static gboolean check_member(Inspection *inspection, ImageMember member, GError **error)
{
    gboolean sound = FALSE;
    g_autoptr(ByteSource) source = open_member(inspection, member);
    if ((member == IMAGE_NONCE && !check_nonce(inspection, source, error)) ||
        (member == IMAGE_DISK && !check_disk(inspection, source, error)) ||
        !check_hash(inspection, member, source, &sound, error))
        return FALSE;
    return !sound || member == IMAGE_DISK || take_out(inspection, member, source, error);
}

static gboolean check_contents(Inspection *inspection, GError **error)
{
    progress_begin(&inspection->progress, "verify", inspection->file->size);
    for (ImageMember i = IMAGE_MANIFEST + 1; i < IMAGE_MEMBERS; i++) {
        if (inspection->places[i].there && !check_member(inspection, i, error))
            return FALSE;
        if (!inspection->places[i].there && inspection->manifest != NULL &&
            inspection->manifest->members[i].sha256 != NULL && !image_members[i].needed)
            refuse(inspection, i, "missing", "is in the manifest, and missing");
    }
    progress_set(&inspection->progress, inspection->file->size);
    return TRUE;
}

static void add_text(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

static json_object *result_of(const Inspection *inspection)
{
    json_object *result = json_object_new_object();
    json_object_object_add(result, "problems", faults_to_json(inspection->faults));
    if (faults_count(inspection->faults) > 0)
        return result;
    const ImageManifest *manifest = inspection->manifest;
    json_object *disk = json_object_new_object();
    add_text(result, "image", manifest->image);
    add_text(result, "architecture", manifest->architecture);
    add_text(result, "exported", manifest->exported);
    add_text(result, "sevend", manifest->sevend);
    json_object_object_add(result, "disk", disk);
    json_object_object_add(disk, "offset", json_object_new_uint64(inspection->places[IMAGE_DISK].offset));
    json_object_object_add(disk, "size", json_object_new_uint64(inspection->places[IMAGE_DISK].size));
    json_object_object_add(disk, "virtual_size", json_object_new_uint64(inspection->virtual_size));
    add_text(disk, "sha256", manifest->members[IMAGE_DISK].sha256);
    return result;
}

json_object *image_inspect(const char *archive, const char *output, GError **error)
{
    g_autoptr(ByteSource) file = byte_source_open(archive, error);
    if (file == NULL)
        return NULL;
    g_autoptr(Faults) faults = faults_new();
    Inspection inspection = { .output = output, .file = file, .faults = faults };
    gboolean ok = list(&inspection, archive, error);
    if (ok) {
        check_members(&inspection);
        ok = read_manifest(&inspection, error) && check_contents(&inspection, error);
    }
    json_object *result = ok ? result_of(&inspection) : NULL;
    image_manifest_free(inspection.manifest);
    return result;
}
