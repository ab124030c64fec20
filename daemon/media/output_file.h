// SPDX-License-Identifier: GPL-3.0-or-later
// A file that appears under its name whole or not at all: written as NAME.partial-PID, flushed to the disk,
// renamed.
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "digest.h"

typedef struct OutputFile OutputFile;

// Begins a file. `mode` holds from the first byte on, whatever the umask. An existing file of that name is
// replaced only by output_file_commit(). `digest`: what output_file_digest() gives.
OutputFile *output_file_new(const char *path, mode_t mode, DigestKind digest, GError **error);

// Reserves room for `size` bytes where the file system can, so that a full disk is found before the work is
// done.
gboolean output_file_reserve(OutputFile *file, guint64 size, GError **error);

// For what can be made again and is verified before it is used: output_file_commit() does not wait for the
// disk.
void output_file_may_be_lost(OutputFile *file);

// Appends. MEDIA_ERROR_NO_SPACE or _IO.
gboolean output_file_write(OutputFile *file, const void *data, gsize length, GError **error);

// Makes the file durable (but see output_file_may_be_lost()) and gives it its name. On failure nothing is
// left under that name. MEDIA_ERROR_CANCELLED if the task was cancelled; once this has succeeded, a cancel is
// too late.
gboolean output_file_commit(OutputFile *file, GError **error);

// NAME.partial-PID; borrowed. Further temporary names of the same task may be made from it.
const char *output_file_partial_path(const OutputFile *file);
guint64 output_file_size(const OutputFile *file);
// Hash of all bytes written so far, in lower-case hex. To be freed.
char *output_file_digest(const OutputFile *file);

// Removes what was not committed.
void output_file_free(OutputFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputFile, output_file_free)
