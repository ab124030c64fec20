// SPDX-License-Identifier: GPL-3.0-or-later
// The list of an archive's files and where each will lie in the driver package: names made harmless, the
// parts for Windows 7 chosen. Nothing is unpacked.
#pragma once

#include "archive_reader.h"

#define IMPORT_MAX_ENTRIES 65536u // the published virtio-win ISO has about 1,500

typedef struct {
    char *path;    // '/' separated, relative, without "." and ".."
    char *same_as; // likewise, or NULL
    guint64 size;
    gboolean is_link;   // symbolic: only left out
    guint position;     // of the entry in the archive, from 0
    GPtrArray *targets; // char *: paths in the package; none: left out
} ImportFile;

typedef struct {
    GPtrArray *files;    // ImportFile, in the archive's order
    const char *kind;    // "zip" …
    gboolean by_version; // a tree with folders for several versions of Windows, such as the virtio-win ISO
    guint left_out;      // files that are not taken
    guint64 bytes;       // announced for those that are
} ImportList;

// Reads the list of the archive @path. @architecture: "amd64" or "x86" to take only that of a tree by
// versions, or NULL. Errors: MEDIA_ERROR_BAD_ARCHIVE (damaged, encrypted, a link or special file, an
// impossible name, two names that differ only in case, no driver for Windows 7), _TOO_LARGE, _NO_INF,
// _CANCELLED, _NOT_FOUND, _IO.
ImportList *import_list_read(const char *path, const char *architecture, GError **error);
void import_list_free(ImportList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportList, import_list_free)
