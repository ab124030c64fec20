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

#define CONFIG_DISC_MOST (64ull << 20)
// A file of ISO 9660 has less than 4 GiB in one extent (ECMA-119, 9.1.4).
#define FILE_DISC_MOST ((4ull << 30) - 2048)

// Writes the disc. `files` holds ConfigDiscFile. At most `most` bytes in all (MEDIA_ERROR_TOO_LARGE).
gboolean config_disc_build(const char *output, const char *volume_id, const GPtrArray *files, guint64 most,
                           Progress *progress, guint64 *ret_size, GError **error);
