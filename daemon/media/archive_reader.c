// SPDX-License-Identifier: GPL-3.0-or-later
// Thin cover of libarchive's reading half.
#include "archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "byte_source.h"
#include "cancel.h"
#include "file_kind.h"
#include "media_error.h"

#define BLOCK_SIZE  (256u * 1024)
#define PIECE_BYTES (64u * 1024)

struct ArchiveReader {
    char *path;
    struct archive *archive;
    guint8 piece[PIECE_BYTES];
};

typedef int (*Support)(struct archive *archive);

// Not "all": raw, mtree, shar and the filters that start programs are no way to pack drivers.
static const Support supports[] = {
    archive_read_support_format_zip_seekable, archive_read_support_format_tar,
    archive_read_support_format_gnutar,       archive_read_support_format_cab,
    archive_read_support_format_7zip,         archive_read_support_format_iso9660,
    archive_read_support_filter_gzip,         archive_read_support_filter_bzip2,
    archive_read_support_filter_xz,           archive_read_support_filter_zstd,
};

static const struct {
    int format;
    const char *name;
} kinds[] = {
    { ARCHIVE_FORMAT_ZIP, "zip" }, { ARCHIVE_FORMAT_TAR, "tar" },     { ARCHIVE_FORMAT_CAB, "cab" },
    { ARCHIVE_FORMAT_7ZIP, "7z" }, { ARCHIVE_FORMAT_ISO9660, "iso" },
};

// Of archives, too, file_kind() says that they are no disc image; here those words would be no help.
static void set_not_an_archive(const ArchiveReader *reader, const char *reason, GError **error)
{
    g_autoptr(ByteSource) file = byte_source_open(reader->path, NULL);
    MediaError code = MEDIA_ERROR_BAD_ARCHIVE;
    const char *kind = file != NULL ? file_kind(file, &code) : NULL;
    if (kind != NULL && code != MEDIA_ERROR_PACKED_FILE)
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_ARCHIVE, "is not an archive of drivers but %s", kind);
    else
        g_set_error(
            error, MEDIA_ERROR, MEDIA_ERROR_BAD_ARCHIVE,
            "is not an archive that can be read (.zip, .tar, .tar.gz, .tar.bz2, .tar.xz, .tar.zst, .cab, .7z "
            "or .iso): %s",
            reason != NULL ? reason : "unknown format");
}

ArchiveReader *archive_reader_open(const char *path, GError **error)
{
    g_autoptr(ArchiveReader) reader = g_new0(ArchiveReader, 1);
    g_autoptr(ByteSource) exists = byte_source_open(path, error); // a regular file, with our own words if not

    if (exists == NULL)
        return NULL;
    reader->path = g_strdup(path);
    reader->archive = archive_read_new();
    if (reader->archive == NULL)
        g_error("out of memory");
    for (gsize i = 0; i < G_N_ELEMENTS(supports); i++)
        supports[i](reader->archive);
    if (archive_read_open_filename(reader->archive, path, BLOCK_SIZE) == ARCHIVE_OK)
        return g_steal_pointer(&reader);
    set_not_an_archive(reader, archive_error_string(reader->archive), error);
    return NULL;
}

void archive_reader_free(ArchiveReader *reader)
{
    if (reader == NULL)
        return;
    if (reader->archive != NULL)
        archive_read_free(reader->archive);
    g_free(reader->path);
    g_free(reader);
}

void archive_entry_clear_fields(ArchiveEntry *entry)
{
    g_clear_pointer(&entry->path, g_free);
    g_clear_pointer(&entry->same_as, g_free);
}

static ArchiveEntryKind kind_of(struct archive_entry *entry)
{
    switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
        return ARCHIVE_ENTRY_FOLDER;
    case AE_IFLNK:
        return ARCHIVE_ENTRY_LINK;
    case AE_IFREG:
        return ARCHIVE_ENTRY_FILE;
    default:
        // Hard links have no type of their own in some formats; cabinets and ZIPs may leave it out.
        return archive_entry_filetype(entry) == 0 && archive_entry_symlink(entry) == NULL
                   ? ARCHIVE_ENTRY_FILE
                   : ARCHIVE_ENTRY_SPECIAL;
    }
}

static char *text_or_null(const char *utf8, const char *raw)
{
    if (utf8 != NULL)
        return g_strdup(utf8);
    return raw != NULL ? g_utf8_make_valid(raw, -1) : NULL;
}

static gboolean damaged(const ArchiveReader *reader, GError **error)
{
    const char *text = archive_error_string(reader->archive);
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_ARCHIVE, "the archive is damaged or cut short: %s",
                text != NULL ? text : "unreadable");
    return FALSE;
}

gboolean archive_reader_next(ArchiveReader *reader, ArchiveEntry *ret, GError **error)
{
    struct archive_entry *entry = NULL;
    memset(ret, 0, sizeof *ret);
    if (!cancel_check(error))
        return FALSE;
    const int result = archive_read_next_header(reader->archive, &entry);
    if (result == ARCHIVE_EOF)
        return FALSE;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        if (archive_reader_kind(reader) == NULL) {
            set_not_an_archive(reader, archive_error_string(reader->archive), error);
            return FALSE;
        }
        return damaged(reader, error);
    }
    ret->path = text_or_null(archive_entry_pathname_utf8(entry), archive_entry_pathname(entry));
    if (ret->path == NULL)
        return damaged(reader, error);
    ret->same_as = text_or_null(archive_entry_hardlink_utf8(entry), archive_entry_hardlink(entry));
    ret->kind = kind_of(entry);
    ret->size = archive_entry_size_is_set(entry) ? (guint64)MAX(archive_entry_size(entry), 0) : 0;
    ret->encrypted = archive_entry_is_encrypted(entry) != 0;
    return TRUE;
}

gboolean archive_reader_read(ArchiveReader *reader, const void **ret_bytes, gsize *ret_length, GError **error)
{
    if (!cancel_check(error))
        return FALSE;
    const la_ssize_t count = archive_read_data(reader->archive, reader->piece, sizeof reader->piece);
    if (count < 0)
        return damaged(reader, error);
    *ret_bytes = reader->piece;
    *ret_length = (gsize)count;
    return TRUE;
}

const char *archive_reader_kind(const ArchiveReader *reader)
{
    const int format = archive_format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].format == format)
            return kinds[i].name;
    }
    return NULL;
}

guint64 archive_reader_position(const ArchiveReader *reader)
{
    const la_int64_t position = archive_filter_bytes(reader->archive, -1);
    return position > 0 ? (guint64)position : 0;
}
