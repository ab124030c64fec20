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
// all its files, which is the package's part in a boot disc's key. Kept in the store until a file in the
// folder changes.
json_object *driver_package_inspect(Daemon *daemon, const char *name, GCancellable *cancellable,
                                    GError **error);
gboolean driver_package_exists(Daemon *daemon, const char *name);
// Unpacks @archive into a new package, whole or not at all (`sevend-media import-driver`, whose result this
// is).
// @architecture: of a collection for several, or NULL for all. The caller makes sure that nobody imports the
// same name at the same time.
json_object *driver_package_import(Daemon *daemon, const char *name, const char *archive,
                                   const char *architecture, GError **error);
// Gone from the list at once; of a link the link goes.
gboolean driver_package_delete(Daemon *daemon, const char *name, GError **error);
// Removes what an import or deletion that was killed has left, of @name or of all.
void driver_package_sweep(Daemon *daemon, const char *name_or_null);
// TRUE if some INF of @inspection serves @architecture.
gboolean driver_package_serves(json_object *inspection, const char *architecture);
