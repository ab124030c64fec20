// SPDX-License-Identifier: GPL-3.0-or-later
// The config disc of one machine: the answer file and what the guest's scripts need. It holds secrets, so it
// is readable by its owner only, from its first byte on.
#pragma once

#include <glib.h>

#include "progress.h"

typedef struct {
    char *disc_path; // '/' or '\' separated
    char *host_path;
} ConfigDiscFile;

void config_disc_file_free(ConfigDiscFile *file);

// Splits "DISCPATH=HOSTFILE" at its first '='. NULL with MEDIA_ERROR_BAD_NAME where there is none.
ConfigDiscFile *config_disc_file_parse(const char *pair, GError **error);

// Appends the pairs of a list file, one a line; empty lines and those that begin with '#' are skipped.
gboolean config_disc_read_list(const char *path, GPtrArray *files, GError **error);

// Writes the disc. `files` holds ConfigDiscFile. At most 64 MiB in all (MEDIA_ERROR_TOO_LARGE).
gboolean config_disc_build(const char *output, const char *volume_id, const GPtrArray *files,
                           Progress *progress, guint64 *ret_size, GError **error);
