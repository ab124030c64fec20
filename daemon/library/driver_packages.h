// SPDX-License-Identifier: GPL-3.0-or-later
// The drivers folder: a package is a folder of INF files and what they name. Reading an INF is sevend-media's
// work.
#pragma once

#include <gio/gio.h>

#include "common/json.h"
#include "daemon/daemon.h"
#include "daemon/library/discs.h"

// Names of the packages, sorted; the caller frees with g_strfreev().
char **driver_package_list(Daemon *daemon, GError **error);
// Folder of a package; LIBRARY_ERROR_NOT_FOUND if there is none. The caller frees.
char *driver_package_path(Daemon *daemon, const char *name, GError **error);
// What sevend-media found (shape: `sevend-media inspect-driver`), plus "sha256" over names and contents of
// all its files, which is the package's part in a boot disc's key.
json_object *driver_package_inspect(Daemon *daemon, const char *name, GCancellable *cancellable,
                                    GError **error);
// TRUE if some INF of @inspection serves @architecture.
gboolean driver_package_serves(json_object *inspection, const char *architecture);
// TRUE if some INF that serves @architecture is boot-critical (class SCSIAdapter or HDC).
gboolean driver_package_is_boot_critical(json_object *inspection, const char *architecture);
