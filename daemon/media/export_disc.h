// SPDX-License-Identifier: GPL-3.0-or-later
// The remaster: one disc that holds all of the vendor's files, our boot.wim, the answer file and the scripts,
// for hypervisors that sevend does not drive. Plain ISO 9660 level 3 with Joliet. It holds secrets, so it is
// readable by its owner only, from its first byte on.
#pragma once

#include "boot_disc.h"

// As boot_disc_build(), with `files` (ConfigDiscFile) beside the vendor's, over those of the same path.
// bootfix.bin stays: with it a machine that starts from CD first does not start the installation again once
// Windows is on its disk [B]. MEDIA_ERROR_TOO_LARGE where install.wim or another file has 4 GiB or more:
// Windows reads no ISO 9660 file in several extents [B].
gboolean export_disc_build(const BootDiscRequest *request, const GPtrArray *files, BootDiscResult *ret,
                           Progress *progress, GError **error);
