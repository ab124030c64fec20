// SPDX-License-Identifier: GPL-3.0-or-later
// What the services that take uploads share. Private to daemon/service.
#pragma once

#include "daemon/library/upload.h"
#include "daemon/service.h"

// Fills offset, length, total and tag (borrowed from @head) of @start. *ret_sha256: hex, or left alone; the
// caller frees. FALSE with a 400.
gboolean upload_head_parse(const ServiceUploadHead *head, UploadStart *start, char **ret_sha256,
                           Problem **problem);
// {"sha1","sha256"} of what came and was synced, by sevend-media.
json_object *upload_hashes(Daemon *daemon, const Upload *upload, GError **error);
// FALSE with a 422 if the client said another SHA-256; the caller discards the upload.
gboolean upload_check_digest(const Upload *upload, json_object *hashes, Problem **problem);
// The same for what is not hashed anyway: syncs it, and reads it only if the client said what it should be.
gboolean upload_is_as_said(Daemon *daemon, Upload *upload, Problem **problem);
// {"name","received","total","tag","active","modified"}
json_object *upload_state_json(const char *name, const UploadState *state);
