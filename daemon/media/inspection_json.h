// SPDX-License-Identifier: GPL-3.0-or-later
// What inspection found, as the JSON of the command line's contract.
#pragma once

#include <json-c/json.h>

#include "windows_disc.h"

// A new object, to be released with json_object_put().
// `boot_sha256`: boot_disc_sources_sha256(). `winload` NULL: not known.
json_object *inspection_json_disc(const WindowsDisc *disc, const char *boot_sha256, const PeVersion *winload);
