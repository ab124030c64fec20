// SPDX-License-Identifier: GPL-3.0-or-later
// Names of Windows versions, so that a refusal can say what a disc holds instead of Windows 7.
#pragma once

#include "wim_metadata.h"

// Whether the image is a Windows 7 client, RTM or SP1.
gboolean windows_version_is_7(const WimImage *image);

// For example "Windows 10 (10.0.19041)", "Windows Server 2008 R2 (6.1.7601)". To be freed.
char *windows_version_name(const WimImage *image);
