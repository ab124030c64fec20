// SPDX-License-Identifier: GPL-3.0-or-later
// What the services that take uploads share. Private to daemon/service.
#pragma once

#include "daemon/library/upload.h"
#include "daemon/service.h"

// Fills offset, length, total and tag (borrowed from @head) of @start. *ret_sha256: hex, or left alone; the
// caller frees. FALSE with a 400.
gboolean upload_head_parse(const ServiceUploadHead *head, UploadStart *start, char **ret_sha256,
                           Problem **problem);
typedef enum {
    UPLOAD_AS_SAID, // or nothing was said
    UPLOAD_OTHER,   // of another SHA-256 than was said, a 422: worth nothing to anybody
    UPLOAD_UNREAD,  // could not be synced or read, which may work another time
} UploadVerdict;
// Syncs the whole upload, and reads it if the client said what its SHA-256 should be. *ret_hashes (may be
// NULL): {"sha1","sha256"} by sevend-media, or NULL if it was not read; the caller puts it.
UploadVerdict upload_verify(Daemon *daemon, Upload *upload, json_object **ret_hashes, Problem **problem);
// {"name","received","total","tag","active","modified"}
json_object *upload_state_json(const char *name, const UploadState *state);
