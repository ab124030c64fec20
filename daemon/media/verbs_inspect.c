// SPDX-License-Identifier: GPL-3.0-or-later
// inspect-disc, verify-disc, inspect-driver and hash: the verbs that only read.
#include "verbs.h"

#include <unistd.h>

#include "boot_disc.h"
#include "byte_source.h"
#include "cancel.h"
#include "digest.h"
#include "driver_json.h"
#include "inspection_json.h"
#include "progress.h"
#include "wim_blobs.h"

#define HASH_STEP (4u * 1024 * 1024)

static gboolean only_argument(char **arguments, const char *what, GError **error)
{
    if (arguments[0] != NULL && arguments[1] == NULL)
        return TRUE;
    g_set_error(error, USAGE_ERROR, 0, "needs exactly one %s", what);
    return FALSE;
}

json_object *verb_inspect_disc(char **arguments, GError **error)
{
    if (!only_argument(arguments, "disc image", error))
        return NULL;
    g_autoptr(WindowsDisc) disc = windows_disc_open(arguments[0], g_get_tmp_dir(), error);
    g_autofree char *boot_sha256 = disc == NULL ? NULL : boot_disc_sources_sha256(disc, error);
    if (boot_sha256 == NULL)
        return NULL;
    PeVersion winload;
    const gboolean known = windows_disc_winload(disc, &winload);
    return inspection_json_disc(disc, boot_sha256, known ? &winload : NULL);
}

static json_object *verification(const WimVerification *found)
{
    json_object *object = json_object_new_object();

    json_object_object_add(object, "blobs", json_object_new_uint64(found->blobs));
    json_object_object_add(object, "bytes", json_object_new_uint64(found->bytes));
    json_object_object_add(object, "integrity_table", json_object_new_boolean(found->has_table));
    return object;
}

json_object *verb_verify_disc(char **arguments, GError **error)
{
    if (!only_argument(arguments, "disc image", error))
        return NULL;
    g_autoptr(WindowsDisc) disc = windows_disc_open(arguments[0], g_get_tmp_dir(), error);
    WimVerification boot, install;
    Progress progress = { 0 };
    guint64 done = 0;

    if (disc == NULL)
        return NULL;
    progress_begin(&progress, "verify",
                   wim_blobs_verify_size(disc->boot_file, &disc->boot->header) +
                       wim_blobs_verify_size(disc->install_file, &disc->install_header));
    if (!wim_blobs_verify(disc->boot_file, &disc->boot->header, &progress, &done, &boot, error) ||
        !wim_blobs_verify(disc->install_file, &disc->install_header, &progress, &done, &install, error))
        return NULL;
    progress_set(&progress, progress.total); // what lies between the blobs holds nothing
    json_object *result = json_object_new_object();
    json_object_object_add(result, "boot_wim", verification(&boot));
    json_object_object_add(result, "install_wim", verification(&install));
    return result;
}

json_object *verb_inspect_driver(char **arguments, GError **error)
{
    if (!only_argument(arguments, "folder", error))
        return NULL;
    g_autoptr(DriverPackage) package = driver_package_read(arguments[0], NULL, error);
    g_autoptr(GPtrArray) facts = package == NULL ? NULL : driver_facts_read(package, arguments[0], error);
    return facts == NULL ? NULL : driver_json(package, facts);
}

// SHA-1 runs beside SHA-256, a piece at a time: one pass over the file, in the time of the slower of the two.
typedef struct {
    Digest *digest;
    GAsyncQueue *pieces, *done; // of Piece; one that has no bytes ends the thread
} HashThread;

typedef struct {
    const guint8 *bytes;
    gsize length;
} Piece;

static gpointer hash_pieces(gpointer data)
{
    HashThread *thread = data;
    for (;;) {
        Piece *piece = g_async_queue_pop(thread->pieces);
        if (piece->length == 0)
            return NULL;
        digest_update(thread->digest, piece->bytes, piece->length);
        g_async_queue_push(thread->done, piece);
    }
}

static gboolean hash_all(ByteSource *file, HashThread *beside, Digest *whole, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(HASH_STEP);
    Progress progress = { 0 };
    Piece piece = { .bytes = buffer };

    progress_begin(&progress, "hash", file->size);
    for (guint64 done = 0; done < file->size;) {
        piece.length = (gsize)MIN(file->size - done, HASH_STEP);
        if (!cancel_check(error) || !byte_source_read(file, done, buffer, piece.length, error))
            return FALSE;
        if (beside != NULL)
            g_async_queue_push(beside->pieces, &piece);
        digest_update(whole, buffer, piece.length);
        if (beside != NULL)
            g_async_queue_pop(beside->done);
        done += piece.length;
        progress_set(&progress, done);
    }
    return TRUE;
}

static gboolean hash_both(ByteSource *file, Digest *sha1, Digest *sha256, GError **error)
{
    HashThread beside = { sha1, g_async_queue_new(), g_async_queue_new() };
    Piece end = { .length = 0 };
    GThread *thread = g_thread_new("sha1", hash_pieces, &beside);
    const gboolean ok = hash_all(file, &beside, sha256, error);

    g_async_queue_push(beside.pieces, &end);
    g_thread_join(thread);
    g_async_queue_unref(beside.pieces);
    g_async_queue_unref(beside.done);
    return ok;
}

static void add_digest(json_object *object, const char *name, const Digest *digest)
{
    g_autofree char *text = digest_hex(digest);
    json_object_object_add(object, name, json_object_new_string(text));
}

json_object *verb_hash(char **arguments, GError **error)
{
    const gboolean fast = g_strcmp0(arguments[0], "--xxh128") == 0;
    if (!only_argument(arguments + fast, "file", error))
        return NULL;
    g_autoptr(ByteSource) file = byte_source_open(arguments[fast], error);
    g_autoptr(Digest) sha1 = file == NULL || fast ? NULL : digest_new(DIGEST_SHA1, error);
    g_autoptr(Digest) whole = file == NULL ? NULL : digest_new(fast ? DIGEST_XXH128 : DIGEST_SHA256, error);
    if (whole == NULL || (sha1 == NULL && !fast) ||
        !(fast ? hash_all(file, NULL, whole, error) : hash_both(file, sha1, whole, error)))
        return NULL;
    json_object *result = json_object_new_object();
    if (sha1 != NULL)
        add_digest(result, "sha1", sha1);
    add_digest(result, fast ? "xxh128" : "sha256", whole);
    return result;
}
