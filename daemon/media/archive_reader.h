// SPDX-License-Identifier: GPL-3.0-or-later
// The entries of an archive file, through libarchive: .zip, .tar (plain or packed with gzip, bzip2, xz,
// zstd), .cab, .7z, .iso. What the file is is told by its content, never by its name; no outside program is
// ever started.
#pragma once

#include <glib.h>

typedef enum {
    ARCHIVE_ENTRY_FILE,
    ARCHIVE_ENTRY_FOLDER,
    ARCHIVE_ENTRY_LINK,    // symbolic
    ARCHIVE_ENTRY_SPECIAL, // device, socket, pipe
} ArchiveEntryKind;

typedef struct {
    char *path; // as the archive has it, UTF-8
    ArchiveEntryKind kind;
    char *same_as; // path of the entry whose content this one shares (hard link), or NULL
    guint64 size;  // as announced; what comes may differ
    gboolean encrypted;
} ArchiveEntry;

void archive_entry_clear_fields(ArchiveEntry *entry);

typedef struct ArchiveReader ArchiveReader;

// Opens the archive. Errors: MEDIA_ERROR_BAD_ARCHIVE (no archive, with what it is instead where that shows),
// MEDIA_ERROR_NOT_FOUND, _IO.
ArchiveReader *archive_reader_open(const char *path, GError **error);
void archive_reader_free(ArchiveReader *reader);

// The next entry; FALSE without @error at the end. Errors: MEDIA_ERROR_BAD_ARCHIVE (damaged), _CANCELLED. The
// caller clears *ret.
gboolean archive_reader_next(ArchiveReader *reader, ArchiveEntry *ret, GError **error);
// The next piece of the entry's content, borrowed until the next call; *ret_length 0 at its end. Holes are
// given as zeros. Errors as above.
gboolean archive_reader_read(ArchiveReader *reader, const void **ret_bytes, gsize *ret_length,
                             GError **error);
// "zip", "tar", "cab", "7z" or "iso"; NULL before the first entry was read. Static storage.
const char *archive_reader_kind(const ArchiveReader *reader);
// Bytes of the file that were read so far.
guint64 archive_reader_position(const ArchiveReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveReader, archive_reader_free)
