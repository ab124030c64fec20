// SPDX-License-Identifier: GPL-3.0-or-later
// The volume of a machine's disk that has Windows, or is getting it.
#pragma once

#include "ntfs_volume.h"

// MEDIA_ERROR_NOT_FOUND: no NTFS with such a folder on the disk. Borrows @image.
NtfsVolume *windows_volume_open(DiskImage *image, GError **error);
