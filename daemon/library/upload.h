// SPDX-License-Identifier: GPL-3.0-or-later
// Files that clients send, on their way into a folder of the library: written as they come to
// FOLDER/.upload.NAME.TOTAL.TAG, which no listing shows, and given their name only when they are whole. One
// that was interrupted stays for a day, so that it can be gone on with. What the file is, and whether it is
// any good, is the matter of those who commit it.
#pragma once

#include <gio/gio.h>

#define UPLOAD_ERROR (upload_error_quark())
GQuark upload_error_quark(void);
typedef enum {
    UPLOAD_ERROR_ACTIVE,     // somebody uploads that name at this moment
    UPLOAD_ERROR_OFFSET,     // the bytes do not follow what is there
    UPLOAD_ERROR_DIFFERS,    // what is there is part of another file: other size or tag
    UPLOAD_ERROR_UNWRITABLE, // the folder takes no file
    UPLOAD_ERROR_EXISTS,     // commit: a file of the final name is there
    UPLOAD_ERROR_LENGTH,     // more bytes than announced
} UploadError;
// No room: G_IO_ERROR_NO_SPACE. Anything else: G_IO_ERROR.

// Which uploads are running. Thread-safe, as are all functions here; an Upload belongs to one thread.
typedef struct UploadTable UploadTable;
UploadTable *upload_table_new(void);
void upload_table_free(UploadTable *table);

#define UPLOAD_TAG_MAX 64 // of [A-Za-z0-9]
gboolean upload_tag_is_valid(const char *tag);

typedef struct {
    const char *folder;
    const char *name;   // name_is_valid()
    const char *tag;    // what the client knows the file by, or NULL
    guint64 offset;     // 0: begin anew, whatever is there
    gint64 length;      // bytes of this request, or -1: not known
    gint64 total;       // of the whole file, or -1: this request's bytes are all
    const char *sha256; // what the client says the whole file hashes to, hex, or NULL; only kept here
} UploadStart;

typedef struct Upload Upload;

// Claims the name and opens the file. Room for the bytes is reserved, so that a disk that is too small is
// found before they are sent; a part of the file system (256 MiB, at most a twentieth) is left free.
Upload *upload_begin(UploadTable *table, const UploadStart *start, GError **error);
// Appends; the bytes may still be on their way to the file, so a failure may be that of an earlier piece, or
// be told by upload_sync(). After a failure only upload_discard() or upload_release() may follow. A file that
// found no room is worth nothing to anybody: upload_release() then discards it.
gboolean upload_write(Upload *upload, const void *bytes, gsize length, GError **error);
// Where the bytes are; how many there are, with those of earlier requests. Borrowed.
const char *upload_path(const Upload *upload);
guint64 upload_size(const Upload *upload);
const char *upload_name(const Upload *upload);
const char *upload_sha256(const Upload *upload); // UploadStart.sha256
// FALSE: the request was one part of the file, and more must follow.
gboolean upload_is_complete(const Upload *upload);
// Makes the file durable: must come before the file is looked at, or given its name.
gboolean upload_sync(Upload *upload, GError **error);
// Gives the file its name, unless something is there already, and frees the upload. On failure the upload is
// still there.
gboolean upload_commit(Upload *upload, const char *final_path, GError **error);
// Free the upload: what came stays, to be gone on with; or is removed.
void upload_release(Upload *upload);
void upload_discard(Upload *upload);

typedef struct {
    guint64 received;
    gint64 total; // -1: not known
    gboolean active;
    char *tag;      // or NULL; the caller frees, as the next
    char *modified; // RFC 3339
} UploadState;
void upload_state_clear(UploadState *state);
// What is there of @name; FALSE if nothing.
gboolean upload_look(UploadTable *table, const char *folder, const char *name, UploadState *ret);
// Removes it. UPLOAD_ERROR_ACTIVE; TRUE if nothing is there.
gboolean upload_forget(UploadTable *table, const char *folder, const char *name, GError **error);
// Removes what was not touched for @seconds and is not being uploaded now.
void upload_sweep(UploadTable *table, const char *folder, gint64 seconds);
#define UPLOAD_KEPT_SECONDS (24 * 3600)
// Where images' archives arrive, below the state folder. They hold secrets: made with mode 0700.
#define UPLOAD_IMAGES_FOLDER "imports"
