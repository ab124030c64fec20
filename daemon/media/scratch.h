// SPDX-License-Identifier: GPL-3.0-or-later
// Temporary files and trees. Files are unlinked as soon as they need no name any more; a tree is removed when
// its owner is done, on success, failure and cancel alike.
#pragma once

#include <glib.h>

// Creates an empty file, mode 0600, in `directory`. Returns its descriptor and its path (to be unlinked and
// freed by the caller), or -1 with an error.
int scratch_file_new(const char *directory, char **ret_path, GError **error);

// The same without a name: it vanishes with its descriptor.
int scratch_file_anonymous(const char *directory, GError **error);

// Removes a directory and all that is in it. Does not follow symbolic links; failures are ignored.
void scratch_tree_remove(const char *path);
