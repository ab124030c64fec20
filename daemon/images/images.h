// SPDX-License-Identifier: GPL-3.0-or-later
// Images: a machine that was installed is sealed once, and clones of it are there in seconds. An image is the
// machine's disk, which nothing writes to any more, with the definition, the nonce and the provenance that
// the machine had; volume and folder keep the machine's UUID. A clone is a qcow2 overlay over it with a
// domain, a nonce and, if asked for, a computer name of its own. An image leaves the host as one file, whole
// with all that it is based on, and is an image of another host's daemon then, with a UUID of its own.
#pragma once

#include "daemon/daemon.h"

extern const JobKind seal_job_kind;         // "seal"; parameters {"image","keep","timeout_seconds","ready"}
extern const JobKind clone_job_kind;        // "clone"; the machine's row names the image
extern const JobKind delete_image_job_kind; // "delete-image"; parameters {"image": name}
extern const JobKind export_image_job_kind; // "export-image"; parameters {"export": id, "image": name}
extern const JobKind import_image_job_kind; // "import-image"; parameters {"image": name}

#define SEAL_STOP_SECONDS 300 // unless the request says otherwise

// Parameters of a job that seals what a request has just installed: the machine goes on as the image's first
// clone, and the job ends when that is ready. A new text; the caller frees.
char *seal_parameters_of_install(const char *image, const char *owner_or_null);

// Gives up names of images whose sealing or import never began: after a crash between the two. Before jobs
// start.
void image_sweep(Daemon *daemon);

// What counts against quotas.
typedef struct {
    guint vcpus, memory_mib, disk_gib; // the last rounded up
} CloneSize;

// What a clone is made by.
typedef struct {
    json_object *document; // as clone_request_parse() took it
    const char *expires;   // RFC 3339; NULL: never
    const char *pool;      // that it belongs to, or NULL
    const char *owner;     // who asked, NULL for a pool's
    CloneSize size;        // if vcpus is 0 the image is asked for it, which then must be there
    const char *warnings;  // JSON array of faults, or NULL
    gboolean waits;        // for its image, if that is still being made
} CloneOrder;

// Stores the clone, and its job, in this order: files, rows. Returns the job's id (the caller frees). Errors:
// STORE_ERROR (NOT_FOUND: no such image, or it is not ready; EXISTS: the name is taken), JOB_ERROR,
// G_FILE_ERROR.
char *clone_submit(Daemon *daemon, const CloneOrder *order, const StoreIdempotency *idempotency,
                   GError **error);

// What a clone of @image takes: the image's, but for what @hardware (a request's, or NULL) says. Asks libvirt
// how large the disk is. STORE_ERROR_NOT_FOUND if the image is not ready.
gboolean clone_size(Daemon *daemon, const StoreImage *image, json_object *hardware, CloneSize *ret_size,
                    GError **error);

// Makes an image on its way in of what was uploaded under its name, and submits its job: row, archive, job.
// Takes *@upload and sets it to NULL; if it is still there after a failure it is the caller's. Nothing else
// is left behind then. Returns the job's id (the caller frees). Errors: STORE_ERROR (EXISTS: the name is
// taken), JOB_ERROR, G_IO_ERROR, UPLOAD_ERROR.
struct Upload;
char *image_import_submit(Daemon *daemon, struct Upload **upload, GError **error);
