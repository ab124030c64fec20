// SPDX-License-Identifier: GPL-3.0-or-later
// A file that the daemon sends, kept under its name only when it is whole.
#pragma once

#include <sys/types.h>

#include "client/client.h"

typedef struct {
    const char *title; // of the progress line
    const char *output;
    mode_t mode;
    guint64 total;   // bytes to come, or 0: not known
    gint64 modified; // the file's time, seconds since 1970, or 0: now
    gboolean verify; // what came must have the SHA-256 that the daemon says, and it must say one
} Download;

// GET @path to the file. Reports what fails, and leaves nothing then. *@ret_bytes may be NULL.
ExitCode download_file(Client *client, const char *path, const Download *download, guint64 *ret_bytes);
