// SPDX-License-Identifier: GPL-3.0-or-later
// Something of fixed size that can be read at any offset: a host file, a file on a disc, a piece of memory,
// or several of these behind one another. Every read is checked against the size: nothing reads beyond it.
//
// Threads: a source may be used by one thread at a time.
#pragma once

#include <glib.h>

typedef struct ByteSource ByteSource;

typedef struct {
    // Called only with a range inside the source and length > 0; fills the buffer wholly or fails.
    gboolean (*read_at)(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error);
    void (*free)(ByteSource *source); // frees the source, but not name
} ByteSourceClass;

struct ByteSource {
    const ByteSourceClass *class;
    guint64 size; // bytes
    char *name;   // for error texts; owned
};

// Reads exactly `length` bytes. A range that leaves the source is MEDIA_ERROR_TRUNCATED.
gboolean byte_source_read(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error);

// Reads the whole source into memory, or fails with MEDIA_ERROR_TOO_LARGE when it is larger than `limit`.
GBytes *byte_source_load(ByteSource *source, gsize limit, GError **error);

// Copies `length` bytes from `offset` to the same offset of the file `fd`; `fd_name` is for error texts.
gboolean byte_source_copy_range(ByteSource *source, guint64 offset, guint64 length, int fd,
                                const char *fd_name, GError **error);

void byte_source_free(ByteSource *source);

// A regular file of the host. Its size is taken once, when it is opened. Fails with MEDIA_ERROR_NOT_FOUND
// when there is none and MEDIA_ERROR_IO when it is not a regular file.
ByteSource *byte_source_open(const char *path, GError **error);

// The same for a descriptor, which the source then owns.
ByteSource *byte_source_from_fd(int fd, const char *name, GError **error);

// Takes a reference to `bytes`.
ByteSource *byte_source_from_bytes(GBytes *bytes, const char *name);

// Part of `parent`, which must outlive it. The range must lie inside (a programming error otherwise: check it
// first with byte_source_contains()).
ByteSource *byte_source_slice(ByteSource *parent, guint64 offset, guint64 length, const char *name);

// The same, but the slice owns `parent`.
ByteSource *byte_source_slice_take(ByteSource *parent, guint64 offset, guint64 length, const char *name);

// Whether offset and length describe a range inside the source; safe against overflow.
gboolean byte_source_contains(const ByteSource *source, guint64 offset, guint64 length);

// An empty source that grows by byte_source_append().
ByteSource *byte_source_chain(const char *name);

// Appends `part` (owned by the chain from now on) to a source made by byte_source_chain().
void byte_source_append(ByteSource *chain, ByteSource *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ByteSource, byte_source_free)
