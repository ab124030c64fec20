// SPDX-License-Identifier: GPL-3.0-or-later
// An archive becomes a driver package's folder, whole or not at all.
#pragma once

#include <glib.h>

// What no honest archive of drivers reaches: unpacked size against the archive's. Below the floor nothing is
// said, because small text packs well.
#define IMPORT_MAX_RATIO   250u
#define IMPORT_RATIO_FLOOR (16ull * 1024 * 1024)

typedef struct {
    const char *kind;   // of the archive: "zip", "tar", "cab", "7z", "iso"; static
    GPtrArray *folders; // char *: folders that hold INFs, "" is the top
    guint files;
    guint64 bytes;
    guint left_out; // files of the archive that are for other systems
} DriverImport;

// Unpacks @archive into a new folder @output: first beside it, as OUTPUT.partial-PID, then renamed; nothing
// is left on failure or cancel. Of a collection for many versions of Windows only what is for Windows 7 is
// taken (windows_folders.h), with @architecture ("amd64", "x86") that alone. The result has been read as a
// package. Errors: those of import_list_read() and driver_package_read(); MEDIA_ERROR_BAD_PACKAGE if @output
// exists.
DriverImport *driver_import(const char *archive, const char *output, const char *architecture,
                            GError **error);
void driver_import_free(DriverImport *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DriverImport, driver_import_free)
