// SPDX-License-Identifier: GPL-3.0-or-later
// An archive that becomes an image: what of it may be believed. The job: import_image.c.
#pragma once

#include <gio/gio.h>

#include "common/json.h"
#include "daemon/daemon.h"

#define IMPORT_ARCHIVE "image.tar"   // in the image's folder, until its disk is in the pool
#define IMPORT_PLAN    "import.json" // what sevend-media found, with where the disk is
#define IMPORT_RECORD  "image.json"  // image_record.h

// Has the archive in the folder of @uuid read by sevend-media, and what came out of it held against our own
// rules. Afterwards the folder has the plan, the record, and what an image's folder has: definition, nonce,
// provenance. JOB_ERROR with code "bad-image", which names everything wrong at once; MEDIA_ERROR, G_IO_ERROR.
gboolean image_import_verify(Job *job, const char *uuid, GError **error);
// The plan; a new reference.
json_object *image_import_plan(const Daemon *daemon, const char *uuid, GError **error);
