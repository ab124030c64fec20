// SPDX-License-Identifier: GPL-3.0-or-later
// Windows Setup's logs, and sevend's own, on the disk of a machine whose install has failed. Where they are:
// Microsoft, "Windows Setup Log Files and Event Logs"; which pass writes where: FACTS-windows7.
#pragma once

#include <json-c/json.h>

#include "disk_image.h"

// Writes what there is into @folder, each file's end (256 KiB) as UTF-8 under a name that says where it comes
// from: "disk-panther-setuperr.log". {"files":[{"name","path","cut"}]} in the order of the phases; empty if
// Windows has not come so far. MEDIA_ERROR_NOT_FOUND: no NTFS with such a folder on the disk.
json_object *setup_log_files_save(DiskImage *image, const char *folder, GError **error);
