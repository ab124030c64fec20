// SPDX-License-Identifier: GPL-3.0-or-later
// A driver package: a folder with one or more INFs and what belongs to them. Read whole, and copied where
// asked.
//
// The folder is untrusted: it may hold anything a user uploaded. Refused are symbolic links, special files,
// names that Windows rejects, names that differ only in case, and more than the limits below.
#pragma once

#include "inf_driver.h"

#define DRIVER_PACKAGE_MAX_FILES     4096u
#define DRIVER_PACKAGE_MAX_BYTES     (512ull * 1024 * 1024)
#define DRIVER_PACKAGE_MAX_DEPTH     8u
#define DRIVER_PACKAGE_MAX_INF_BYTES (8u * 1024 * 1024)
#define DRIVER_PACKAGE_MAX_PATH      200u // characters below the package's folder; Windows allows 259 in all

typedef struct {
    GPtrArray *infs;  // DriverInf, by path
    GPtrArray *paths; // char *: all files, '/' separated, in order
    guint file_count;
    guint64 bytes;
} DriverPackage;

// Reads the package in `directory`. With `copy_to`, a folder that must not exist yet, the package is also
// copied there, every time stamp set to FIXED_TIME; each file is opened once, so what was checked is what is
// copied. Errors: MEDIA_ERROR_NOT_FOUND, _NO_INF, _BAD_INF (with file and line), _BAD_PACKAGE, _TOO_LARGE,
// _NO_SPACE, _IO.
DriverPackage *driver_package_read(const char *directory, const char *copy_to, GError **error);
void driver_package_free(DriverPackage *package);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DriverPackage, driver_package_free)
