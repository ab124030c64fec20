// SPDX-License-Identifier: GPL-3.0-or-later
// inspect-disc, inspect-driver and hash: the verbs that only read.
#include "verbs.h"

#include <unistd.h>

#include "byte_source.h"
#include "cancel.h"
#include "digest.h"
#include "inspection_json.h"
#include "progress.h"

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
    return disc == NULL ? NULL : inspection_json_disc(disc);
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
