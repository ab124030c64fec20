// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a driver package that INFs speak of: found without regard to case, looked into once.
#pragma once

#include "catalogue.h"
#include "driver_package.h"

typedef struct {
    char *path;          // in the package
    const char *machine; // of a program, NULL of anything else
    guint embedded;      // SignedDigests that a program carries
    GPtrArray *hashes;   // hex: whole file and, of a program, Authenticode; SHA-1 and SHA-256
} PackageFile;

typedef struct PackageFiles PackageFiles;

// @directory: the package's folder. Both must outlive the result.
PackageFiles *package_files_new(const DriverPackage *package, const char *directory);
void package_files_free(PackageFiles *files);

// The path of a file in the package's own spelling; NULL if it is not there. Also found is a file that the
// Windows tool "compress" has packed, as NAME.EX_. Borrowed.
const char *package_files_find(const PackageFiles *files, const char *path);
// Looks into the file at @path (as found). NULL with @error if it cannot be read. Borrowed.
const PackageFile *package_files_look(PackageFiles *files, const char *path, GError **error);
// The catalogue at @path. TRUE with NULL if the file is no catalogue. Borrowed.
gboolean package_files_catalogue(PackageFiles *files, const char *path, const Catalogue **ret_catalogue,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackageFiles, package_files_free)
