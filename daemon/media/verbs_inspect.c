// SPDX-License-Identifier: GPL-3.0-or-later
// inspect-disc, verify-disc, inspect-driver and hash: the verbs that only read.
#include "verbs.h"

#include <unistd.h>

#include "boot_disc.h"
#include "byte_source.h"
#include "cancel.h"
#include "digest.h"
#include "inspection_json.h"
#include "progress.h"
#include "wim_blobs.h"

#define HASH_STEP (1024u * 1024)

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
    const gboolean known = windows_disc_winload(disc, g_get_tmp_dir(), &winload);
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
    return package == NULL ? NULL : inspection_json_driver(package);
}

static gboolean hash_all(ByteSource *file, Digest *sha1, Digest *sha256, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(HASH_STEP);
    Progress progress = { 0 };

    progress_begin(&progress, "hash", file->size);
    for (guint64 done = 0; done < file->size;) {
        gsize step = (gsize)MIN(file->size - done, HASH_STEP);
        if (!cancel_check(error) || !byte_source_read(file, done, buffer, step, error))
            return FALSE;
        digest_update(sha1, buffer, step);
        digest_update(sha256, buffer, step);
        done += step;
        progress_set(&progress, done);
    }
    return TRUE;
}

json_object *verb_hash(char **arguments, GError **error)
{
    if (!only_argument(arguments, "file", error))
        return NULL;
    g_autoptr(ByteSource) file = byte_source_open(arguments[0], error);
    g_autoptr(Digest) sha1 = file == NULL ? NULL : digest_new(DIGEST_SHA1, error);
    g_autoptr(Digest) sha256 = sha1 == NULL ? NULL : digest_new(DIGEST_SHA256, error);
    if (sha256 == NULL || !hash_all(file, sha1, sha256, error))
        return NULL;
    g_autofree char *sha1_text = digest_hex(sha1);
    g_autofree char *sha256_text = digest_hex(sha256);
    json_object *result = json_object_new_object();
    json_object_object_add(result, "sha1", json_object_new_string(sha1_text));
    json_object_object_add(result, "sha256", json_object_new_string(sha256_text));
    return result;
}
