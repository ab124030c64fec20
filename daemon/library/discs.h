// SPDX-License-Identifier: GPL-3.0-or-later
// The disc folder: which discs there are, and what inspection found in each. Inspections are kept in the
// store by file identity (device, inode, size, time of change), so that a disc is opened once, not once a
// request.
#pragma once

#include <gio/gio.h>

#include "common/json.h"
#include "daemon/daemon.h"

#define LIBRARY_ERROR (library_error_quark())
GQuark library_error_quark(void);
typedef enum {
    LIBRARY_ERROR_NOT_FOUND, // no disc, package or template of that name
    LIBRARY_ERROR_REFUSED,   // it is there, but cannot be used; message is "code: text"
    LIBRARY_ERROR_FAILED,
} LibraryError;
// Code and text of a LIBRARY_ERROR; the caller frees *@ret_code. Borrowed text.
const char *library_error_split(const GError *error, char **ret_code);

typedef struct Disc {
    char *name; // [a-z0-9-]: the file's name without .iso, folded
    char *path;
    guint64 size;
    char *identity;
} Disc;
void disc_free(Disc *disc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Disc, disc_free)

// All *.iso files (any case, links followed) of the disc folder, by name. Of two files that fold to one name
// the first in byte order counts. The caller owns the array of Disc.
GPtrArray *disc_list(Daemon *daemon, GError **error);
Disc *disc_find(Daemon *daemon, const char *name, GError **error);

// What sevend-media found (shape: `sevend-media inspect-disc`). A refusal is kept like a result and reported
// as LIBRARY_ERROR_REFUSED.
json_object *disc_inspect(Daemon *daemon, const Disc *disc, GCancellable *cancellable, GError **error);
// As disc_inspect(), but only from the store: NULL without @error if it was not inspected yet.
json_object *disc_inspection_cached(Daemon *daemon, const Disc *disc, GError **error);
// {"sha1","sha256"}; reads the whole disc once. @progress gets bytes.
json_object *disc_hashes(Daemon *daemon, const Disc *disc,
                         void (*progress)(const char *step, guint64 done, guint64 total, gpointer data),
                         gpointer progress_data, GCancellable *cancellable, GError **error);

// As disc_hashes(), but only from the store: NULL without @error if it was not hashed yet.
json_object *disc_hashes_cached(Daemon *daemon, const Disc *disc, GError **error);
// What else was found out of a disc, kept by its identity under a @name of the finder's choice. NULL without
// @error: nothing.
json_object *disc_finding(Daemon *daemon, const Disc *disc, const char *name, GError **error);
gboolean disc_finding_keep(Daemon *daemon, const Disc *disc, const char *name, json_object *finding,
                           GError **error);
// Keeps what was hashed elsewhere.
gboolean disc_hashes_keep(Daemon *daemon, const Disc *disc, json_object *hashes, GError **error);

// The edition of @inspection whose edition_id is @edition_id without regard to case; borrowed; NULL if none.
json_object *inspection_find_edition(json_object *inspection, const char *edition_id);
// Names of the editions, NULL-terminated, strings borrowed from @inspection; the caller frees the array only.
const char **inspection_edition_ids(json_object *inspection);
// Strings of array member @name, likewise.
const char **json_string_list(json_object *object, const char *name);
