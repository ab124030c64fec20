// SPDX-License-Identifier: GPL-3.0-or-later
// What disc_reader.c needs of a file system on a disc image; iso_reader.c and udf_reader.c provide it. Names
// are exact here: matching without regard to case is disc_reader.c's business.
#pragma once

#include "byte_source.h"

#define DISC_BLOCK_SIZE 2048u

// More entries than this in one directory, and the disc is refused. A Windows disc has about 1,600 in
// \sources.
#define DISC_MAX_DIRECTORY_ENTRIES 65536u

typedef struct {
    guint32 block;  // of the disc, DISC_BLOCK_SIZE bytes each
    guint64 length; // bytes
} DiscExtent;

typedef struct {
    char *name; // UTF-8, exact spelling
    gboolean is_directory;
    GArray *extents; // DiscExtent; NULL where the backend finds a file by its path instead (UDF)
} DiscEntry;

void disc_entry_free(DiscEntry *entry);

typedef struct DiscBackend DiscBackend;

struct DiscBackend {
    // Lists a directory: `entry` is its entry, NULL for the root; `path` its exact path ("" or "/a/b").
    // Returns an array of DiscEntry that frees its elements.
    GPtrArray *(*list)(DiscBackend *backend, const DiscEntry *entry, const char *path, GError **error);
    // Where a file's bytes are, as an array of DiscExtent inside the image. A file that the file system keeps
    // elsewhere (inside its own records) is given in *ret_inline instead, with NULL returned and no error.
    GArray *(*locate)(DiscBackend *backend, const DiscEntry *entry, const char *path, GBytes **ret_inline,
                      GError **error);
    // The volume's name, borrowed; may be NULL where volume_descriptors.c knows it already.
    const char *(*volume_id)(DiscBackend *backend);
    void (*free)(DiscBackend *backend);
};

// Each opens its file system in `image`, which must outlive the backend.
// `joliet` chooses the Joliet tree. NULL without an error when the image has no such tree.
DiscBackend *iso_reader_open(ByteSource *image, gboolean joliet, GError **error);
DiscBackend *udf_reader_open(ByteSource *image, GError **error);
