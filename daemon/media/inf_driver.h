// SPDX-License-Identifier: GPL-3.0-or-later
// What an INF says of its driver: class, version, and for which Windows 7 systems it has models.
#pragma once

#include "inf.h"

typedef struct {
    InfFile *file;          // its text
    char *path;             // inside the package, '/' separated
    char *class_name;       // NULL where absent
    char *class_guid;       // as spelt, with braces; NULL where absent
    char *provider;         // NULL where absent
    char *version;          // of DriverVer, "6.1.7601.17514"; NULL where absent
    char *date;             // of DriverVer, "2010-11-20"; NULL where absent or not a date
    char *catalog;          // CatalogFile or the first of its variants; NULL where absent
    gboolean boot_critical; // class SCSIAdapter or HDC: needed to see the disk
    gboolean supports_amd64;
    gboolean supports_x86;
} DriverInf;

// Interprets an INF and owns it from then on, on failure too. `path` is for the result and error texts.
// MEDIA_ERROR_BAD_INF when it lacks what every driver INF has: [Version] with a Signature that Windows knows.
DriverInf *inf_driver_read(InfFile *inf, const char *path, GError **error);
void inf_driver_free(DriverInf *driver);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DriverInf, inf_driver_free)
