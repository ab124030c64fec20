// SPDX-License-Identifier: GPL-3.0-or-later
// Driver collections that have a folder for each version of Windows, as the virtio-win ISO has:
// DRIVER/VERSION/ARCHITECTURE/… and, for a few, ARCHITECTURE/VERSION/… beside it [P: virtio-win].
#pragma once

#include <glib.h>

typedef struct {
    const char *architecture; // "amd64" or "x86"; NULL: the path names none
    gboolean windows_7;       // or another version
    gboolean version_first;   // DRIVER/VERSION/ARCHITECTURE; else ARCHITECTURE/VERSION
} WindowsFolder;

// FALSE if the path (of a file, '/' separated) has no folder that is called like a version of Windows.
gboolean windows_folder_read(const char *path, WindowsFolder *ret);
