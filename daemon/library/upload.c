// SPDX-License-Identifier: GPL-3.0-or-later
// Partial files: claiming, reserving, appending, naming, sweeping.
#include "daemon/library/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/files.h"
#include "daemon/library/file_appender.h"

#define PREFIX     ".upload."
#define FREE_BYTES (256ull << 20)
#define FREE_SHARE 20
// How often the room is looked at where nothing was announced, and so nothing reserved.
#define LOOK_BYTES (32ull << 20)
#define FILE_MODE  0644

struct UploadTable {
    GMutex lock;
    GHashTable *active; // "FOLDER/NAME"
};

struct Upload {
    UploadTable *table;
    char *key; // in the table
    char *folder, *name, *path, *sha256;
    int fd;
    FileAppender *appender;
    guint64 size, looked;
    gint64 end;   // where this request's bytes end, or -1
    gint64 total; // or -1
    gboolean no_space;
};

G_DEFINE_QUARK(sevend - upload - error, upload_error)

UploadTable *upload_table_new(void)
{
    UploadTable *table = g_new0(UploadTable, 1);
    g_mutex_init(&table->lock);
    table->active = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return table;
}

void upload_table_free(UploadTable *table)
{
    if (!table)
        return;
    g_hash_table_unref(table->active);
    g_mutex_clear(&table->lock);
    g_free(table);
}

gboolean upload_tag_is_valid(const char *tag)
{
    const gsize length = strlen(tag);
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(tag[i]))
            return FALSE;
    return length > 0 && length <= UPLOAD_TAG_MAX;
}

static gboolean claim(UploadTable *table, const char *key)
{
    g_mutex_lock(&table->lock);
    const gboolean free_to_take = !g_hash_table_contains(table->active, key);
    if (free_to_take)
        g_hash_table_add(table->active, g_strdup(key));
    g_mutex_unlock(&table->lock);
    return free_to_take;
}

static void unclaim(UploadTable *table, const char *key)
{
    g_mutex_lock(&table->lock);
    g_hash_table_remove(table->active, key);
    g_mutex_unlock(&table->lock);
}

// ".upload.win7.3320903680.1f2e": NAME, TOTAL ("-": not known) and TAG ("": none) have no dots.
static char **parse_file_name(const char *file)
{
    if (!g_str_has_prefix(file, PREFIX))
        return NULL;
    char **parts = g_strsplit(file + strlen(PREFIX), ".", 3);
    if (g_strv_length(parts) == 3)
        return parts;
    g_strfreev(parts);
    return NULL;
}

static char *partial_path(const char *folder, const char *name, gint64 total, const char *tag)
{
    g_autofree char *size = total < 0 ? g_strdup("-") : g_strdup_printf("%" G_GINT64_FORMAT, total);
    return g_strdup_printf("%s/" PREFIX "%s.%s.%s", folder, name, size, tag ? tag : "");
}

// Calls @found for each partial file of @name (NULL: of any) in @folder.
static void each_partial(const char *folder, const char *name,
                         void (*found)(const char *path, char **parts, gpointer data), gpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *file;
    while (dir && (file = g_dir_read_name(dir))) {
        g_auto(GStrv) parts = parse_file_name(file);
        if (!parts || (name && strcmp(parts[0], name) != 0))
            continue;
        g_autofree char *path = g_build_filename(folder, file, NULL);
        found(path, parts, data);
    }
}

static void remove_unless(const char *path, char **parts G_GNUC_UNUSED, gpointer keep)
{
    g_autoptr(GError) error = NULL;
    if (g_strcmp0(path, keep) != 0 && !file_remove(path, &error))
        g_warning("unfinished upload: %s, ignoring", error->message);
}

static gboolean fail_errno(GError **error, const char *action, const char *path, int number)
{
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(number), "%s %s: %s", action, path,
                g_strerror(number));
    return FALSE;
}

static gboolean fail_no_space(GError **error, const char *folder, guint64 wanted, guint64 available)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                "there is no room in %s: %" G_GUINT64_FORMAT " MiB are to come, %" G_GUINT64_FORMAT
                " MiB may be used",
                folder, wanted >> 20, available >> 20);
    return FALSE;
}

static gboolean check_room(const Upload *upload, guint64 wanted, GError **error)
{
    struct statvfs info;
    if (fstatvfs(upload->fd, &info) != 0)
        return TRUE; // then writing finds out
    const guint64 block = info.f_frsize, all = info.f_blocks * block, available = info.f_bavail * block;
    const guint64 kept = MIN(FREE_BYTES, all / FREE_SHARE);
    const guint64 usable = available > kept ? available - kept : 0;
    return wanted <= usable || fail_no_space(error, upload->folder, wanted, usable);
}

// Not every file system can reserve; those that cannot say so, and are left to writing.
static gboolean reserve(const Upload *upload, guint64 wanted, GError **error)
{
    if (wanted == 0 || !check_room(upload, wanted, error))
        return wanted == 0;
    if (fallocate(upload->fd, FALLOC_FL_KEEP_SIZE, (off_t)upload->size, (off_t)wanted) == 0 ||
        (errno != ENOSPC && errno != EDQUOT && errno != EFBIG))
        return TRUE;
    return fail_no_space(error, upload->folder, wanted, 0);
}

static gboolean open_partial(Upload *upload, const UploadStart *start, GError **error)
{
    upload->fd = open(upload->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (start->offset ? 0 : O_TRUNC),
                      FILE_MODE);
    if (upload->fd < 0) {
        if (errno == ENOSPC || errno == EDQUOT)
            return fail_no_space(error, upload->folder, 0, 0);
        g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_UNWRITABLE, "the folder %s takes no files: %s",
                    upload->folder, g_strerror(errno));
        return FALSE;
    }
    struct stat info;
    if (fstat(upload->fd, &info) != 0)
        return fail_errno(error, "look at", upload->path, errno);
    upload->size = upload->looked = (guint64)info.st_size;
    if (upload->size == start->offset) {
        upload->appender = file_appender_new(upload->fd, upload->size);
        return TRUE;
    }
    g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_OFFSET,
                "\"%s\": %" G_GUINT64_FORMAT
                " bytes are there, so the next part must begin there, not at %" G_GUINT64_FORMAT,
                upload->name, upload->size, start->offset);
    return FALSE;
}

// Going on with a file needs the file: of this size and tag.
static gboolean check_same(UploadTable *table, const Upload *upload, const UploadStart *start, GError **error)
{
    UploadState state = { 0 };
    if (start->offset == 0 || g_file_test(upload->path, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    const gboolean other = upload_look(table, start->folder, start->name, &state);
    upload_state_clear(&state);
    if (other)
        g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_DIFFERS,
                    "\"%s\": what is there is part of another file (its size or its Upload-Tag differ)",
                    start->name);
    else
        g_set_error(
            error, UPLOAD_ERROR, UPLOAD_ERROR_OFFSET,
            "\"%s\": nothing is there yet, so the first part must begin at 0, not at %" G_GUINT64_FORMAT,
            start->name, start->offset);
    return FALSE;
}

static void upload_free(Upload *upload)
{
    file_appender_free(upload->appender);
    if (upload->fd >= 0)
        close(upload->fd);
    unclaim(upload->table, upload->key);
    g_free(upload->key);
    g_free(upload->folder);
    g_free(upload->name);
    g_free(upload->path);
    g_free(upload->sha256);
    g_free(upload);
}

Upload *upload_begin(UploadTable *table, const UploadStart *start, GError **error)
{
    g_autofree char *key = g_build_filename(start->folder, start->name, NULL);
    if (!claim(table, key)) {
        g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_ACTIVE, "\"%s\" is being uploaded at this moment",
                    start->name);
        return NULL;
    }
    Upload *upload = g_new0(Upload, 1);
    upload->table = table;
    upload->key = g_steal_pointer(&key);
    upload->folder = g_strdup(start->folder);
    upload->name = g_strdup(start->name);
    upload->sha256 = g_strdup(start->sha256);
    upload->path = partial_path(start->folder, start->name, start->total, start->tag);
    upload->total = start->total;
    upload->end = start->length < 0 ? -1 : (gint64)start->offset + start->length;
    upload->fd = -1;
    if (!check_same(table, upload, start, error) || !open_partial(upload, start, error)) {
        upload_free(upload);
        return NULL;
    }
    each_partial(start->folder, start->name, remove_unless, upload->path);
    // The whole rest, not only this part: what will not fit need not begin.
    const gint64 rest = start->total >= 0 ? start->total - (gint64)start->offset : start->length;
    if (reserve(upload, (guint64)MAX(rest, 0), error))
        return upload;
    upload_discard(upload);
    return NULL;
}

static gboolean fail_write(Upload *upload, int number, GError **error)
{
    upload->no_space = number == ENOSPC || number == EDQUOT;
    return upload->no_space ? fail_no_space(error, upload->folder, 0, 0)
                            : fail_errno(error, "write", upload->path, number);
}

gboolean upload_write(Upload *upload, const void *bytes, gsize length, GError **error)
{
    if (upload->end >= 0 && upload->size + length > (guint64)upload->end) {
        g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_LENGTH, "\"%s\": more bytes come than were announced",
                    upload->name);
        return FALSE;
    }
    if (upload->end < 0 && upload->size - upload->looked + length >= LOOK_BYTES) {
        upload->looked = upload->size;
        if (!check_room(upload, LOOK_BYTES, error)) {
            upload->no_space = TRUE;
            return FALSE;
        }
    }
    const int number = file_appender_write(upload->appender, bytes, length);
    if (number)
        return fail_write(upload, number, error);
    upload->size += length;
    return TRUE;
}

const char *upload_path(const Upload *upload)
{
    return upload->path;
}

const char *upload_name(const Upload *upload)
{
    return upload->name;
}

const char *upload_sha256(const Upload *upload)
{
    return upload->sha256;
}

guint64 upload_size(const Upload *upload)
{
    return upload->size;
}

gboolean upload_is_complete(const Upload *upload)
{
    return upload->total < 0 || upload->size == (guint64)upload->total;
}

gboolean upload_sync(Upload *upload, GError **error)
{
    const int number = file_appender_flush(upload->appender);
    if (number)
        return fail_write(upload, number, error);
    return fsync(upload->fd) == 0 || fail_errno(error, "sync", upload->path, errno);
}

static gboolean sync_folder(const char *folder, GError **error)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const gboolean ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    const int number = errno;
    if (fd >= 0)
        close(fd);
    return ok || fail_errno(error, "sync folder", folder, number);
}

gboolean upload_commit(Upload *upload, const char *final_path, GError **error)
{
    // Not every file system knows NOREPLACE; there the look before must do.
    int result = renameat2(AT_FDCWD, upload->path, AT_FDCWD, final_path, RENAME_NOREPLACE);
    if (result != 0 && errno == EINVAL) {
        result = -1;
        if (access(final_path, F_OK) == 0)
            errno = EEXIST;
        else
            result = rename(upload->path, final_path);
    }
    if (result != 0 && errno == EEXIST) {
        g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_EXISTS, "%s is there already", final_path);
        return FALSE;
    }
    if (result != 0)
        return fail_errno(error, "rename to", final_path, errno);
    g_autofree char *folder = g_path_get_dirname(final_path); // may be another
    const gboolean ok = sync_folder(folder, error);
    if (ok)
        upload_free(upload);
    return ok;
}

void upload_release(Upload *upload)
{
    // What does not get into the file any more must be sent again: its size says so.
    const int number = file_appender_flush(upload->appender);
    if (upload->no_space || upload->size == 0 || number == ENOSPC || number == EDQUOT)
        upload_discard(upload);
    else
        upload_free(upload);
}

void upload_discard(Upload *upload)
{
    g_autoptr(GError) error = NULL;
    if (!file_remove(upload->path, &error))
        g_warning("unfinished upload: %s, ignoring", error->message);
    upload_free(upload);
}

void upload_state_clear(UploadState *state)
{
    g_clear_pointer(&state->tag, g_free);
    g_clear_pointer(&state->modified, g_free);
}

static void note_state(const char *path, char **parts, gpointer data)
{
    UploadState *state = data;
    struct stat info;
    if (stat(path, &info) != 0)
        return;
    upload_state_clear(state);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(info.st_mtim.tv_sec);
    state->received = (guint64)info.st_size;
    state->total = strcmp(parts[1], "-") == 0 ? -1 : g_ascii_strtoll(parts[1], NULL, 10);
    state->tag = *parts[2] ? g_strdup(parts[2]) : NULL;
    state->modified = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

gboolean upload_look(UploadTable *table, const char *folder, const char *name, UploadState *ret)
{
    g_autofree char *key = g_build_filename(folder, name, NULL);
    memset(ret, 0, sizeof *ret);
    each_partial(folder, name, note_state, ret);
    g_mutex_lock(&table->lock);
    ret->active = g_hash_table_contains(table->active, key);
    g_mutex_unlock(&table->lock);
    return ret->modified != NULL;
}

gboolean upload_forget(UploadTable *table, const char *folder, const char *name, GError **error)
{
    g_autofree char *key = g_build_filename(folder, name, NULL);
    if (!claim(table, key)) {
        g_set_error(error, UPLOAD_ERROR, UPLOAD_ERROR_ACTIVE, "\"%s\" is being uploaded at this moment",
                    name);
        return FALSE;
    }
    each_partial(folder, name, remove_unless, NULL);
    unclaim(table, key);
    return TRUE;
}

typedef struct {
    UploadTable *table;
    const char *folder;
    gint64 seconds;
} Sweep;

static void sweep_one(const char *path, char **parts, gpointer data)
{
    const Sweep *sweep = data;
    g_autofree char *key = g_build_filename(sweep->folder, parts[0], NULL);
    struct stat info;
    if (stat(path, &info) != 0 || g_get_real_time() / G_USEC_PER_SEC - info.st_mtim.tv_sec < sweep->seconds ||
        !claim(sweep->table, key))
        return;
    g_message("removing the unfinished upload of \"%s\", untouched for %" G_GINT64_FORMAT " hours", parts[0],
              sweep->seconds / 3600);
    remove_unless(path, parts, NULL);
    unclaim(sweep->table, key);
}

void upload_sweep(UploadTable *table, const char *folder, gint64 seconds)
{
    Sweep sweep = { table, folder, seconds };
    each_partial(folder, NULL, sweep_one, &sweep);
}
