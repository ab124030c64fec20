// SPDX-License-Identifier: GPL-3.0-or-later
// Small file operations that must be safe against crashes: whole-file writes, bounded reads, removing trees.
// Errors are of G_IO_ERROR and name the path. All functions may be called from any thread.
#pragma once

#include <glib.h>
#include <sys/types.h>

// Writes @length bytes to a temporary file beside @path, fsyncs, renames it over @path, fsyncs the folder.
gboolean file_write_atomic(const char *path, const void *bytes, gsize length, mode_t mode, GError **error);

// Reads a whole regular file of at most @max_bytes (else G_IO_ERROR_MESSAGE_TOO_LARGE; no regular file:
// G_IO_ERROR_NOT_REGULAR_FILE). The caller frees *@ret_bytes (NUL-terminated beyond the length).
gboolean file_read(const char *path, gsize max_bytes, char **ret_bytes, gsize *ret_length, GError **error);

// Removes a file; TRUE if it is gone afterwards, also if it never was there.
gboolean file_remove(const char *path, GError **error);

// Removes a folder with all below it, without following links; refuses what is mounted below it and trees
// more than 64 folders deep. TRUE if it is gone afterwards.
gboolean tree_remove(const char *path, GError **error);

// mkdir -p with exactly @mode (whatever the umask) for the folders that it makes.
gboolean folder_make(const char *path, mode_t mode, GError **error);
