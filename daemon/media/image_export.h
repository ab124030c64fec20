// SPDX-License-Identifier: GPL-3.0-or-later
// An image as one .tar that another host can take: see image_manifest.h.
#pragma once

#include <glib.h>
#include <json-c/json.h>

typedef struct {
    const char *disk;   // qcow2, of ours
    const char *folder; // where image.json, domain.xml, nonce and, if there is one, provenance.json are; the
                        // flattened disk is kept here meanwhile
    const char *image, *architecture, *exported, *sevend; // for the manifest
    const char *output;
} ImageExport;

// Mode 0600, whole or not at all. {"size","sha256","disk_size","virtual_size"}. Errors: MEDIA_ERROR_NO_SPACE
// (found before the work is done where it can be), _IO, _NOT_FOUND, _CANCELLED.
json_object *image_export(const ImageExport *export, GError **error);
