// SPDX-License-Identifier: GPL-3.0-or-later
// An image's archive that somebody else made, read before anything is done with it: all that is in it is
// measured against its manifest, and its disk's header looked at. Its small members are taken out; the disk
// stays where it is, and is told by its place.
#pragma once

#include <glib.h>
#include <json-c/json.h>

// @output: a folder, into which image.json, provenance.json, domain.xml and nonce go (mode 0600), as far as
// they are what the manifest says. The result: {"problems": [{"pointer","code","message"}], and, if there are
// none, "image", "architecture", "exported", "sevend", "disk": {"offset","size","virtual_size","sha256"}}:
// everything that is wrong with the archive is a problem, and no error. Errors: MEDIA_ERROR_NOT_FOUND, _IO,
// _NO_SPACE, _CANCELLED.
json_object *image_inspect(const char *archive, const char *output, GError **error);
