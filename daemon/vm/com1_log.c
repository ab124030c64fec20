// SPDX-License-Identifier: GPL-3.0-or-later
// Follows the file in which virtlogd keeps COM1. virtlogd renames a full file to PATH.0, PATH.0 to PATH.1 and
// so on, in the middle of a line if need be. What a line means: com1_line.c.
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/vm/com1.h"

#define CALL_LIMIT (256u * 1024)
#define LINE_LIMIT 4096u
// So that a guest that sends empty lines does not make a list of 262,144.
#define LINES_LIMIT 4096u
// virtlogd keeps 3 old files unless told otherwise (virtlogd.conf, max_backups).
#define BACKUPS_LIMIT 10

struct Com1Log {
    char *path, *nonce;
    int file; // -1: not open
    dev_t device;
    ino_t inode;
    guint64 resume;    // where to begin in the first file
    guint64 position;  // of the next byte to read in `file`
    GByteArray *line;  // read, but its end is not
    gboolean skipping; // the rest of an overlong line is dropped
    gboolean renamed;  // nothing more is written to `file`: one more read gets its last bytes
    guint64 past;      // bytes of files that are done with
    guint64 size;      // most bytes that `file` was seen to have
};

Com1Log *com1_log_new(const char *path, const char *nonce, guint64 offset)
{
    Com1Log *log = g_new0(Com1Log, 1);

    log->path = g_strdup(path);
    log->nonce = g_strdup(nonce);
    log->file = -1;
    log->resume = log->position = offset;
    log->line = g_byte_array_new();
    return log;
}

static void close_file(Com1Log *log)
{
    if (log->file >= 0)
        close(log->file);
    log->file = -1;
}

void com1_log_free(Com1Log *log)
{
    if (log == NULL)
        return;
    close_file(log);
    g_byte_array_unref(log->line);
    g_free(log->path);
    g_free(log->nonce);
    g_free(log);
}

// -1 with @error unset if there is no such file.
static int open_log(const char *path, struct stat *ret_about, GError **error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (file < 0 && errno == ENOENT)
        return -1;
    if (file >= 0 && fstat(file, ret_about) == 0 && S_ISREG(ret_about->st_mode))
        return file;
    int reason = file < 0 ? errno : EINVAL;
    if (file >= 0)
        close(file);
    g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(reason), "%s: %s", path,
                file < 0 ? g_strerror(reason) : "not a regular file");
    return -1;
}

static char *backup_path(const Com1Log *log, int number)
{
    return number < 0 ? g_strdup(log->path) : g_strdup_printf("%s.%d", log->path, number);
}

// Makes number @number (-1: the current one) the file that is read, from @position. FALSE without @error if
// it does not exist.
static gboolean switch_to(Com1Log *log, int number, guint64 position, GError **error)
{
    struct stat about;
    g_autofree char *path = backup_path(log, number);
    int file = open_log(path, &about, error);

    if (file < 0)
        return FALSE;
    close_file(log);
    log->file = file;
    log->device = about.st_dev;
    log->inode = about.st_ino;
    log->position = position;
    log->size = position;
    log->renamed = FALSE;
    return TRUE;
}

static gboolean size_of(const char *path, guint64 *ret_size)
{
    struct stat about;

    if (lstat(path, &about) < 0 || !S_ISREG(about.st_mode))
        return FALSE;
    *ret_size = (guint64)about.st_size;
    return TRUE;
}

// The first file of this object. If the current one is shorter than where the last run had got to, it was
// rotated (once, while the daemon was away): then the rest is in the newest backup. Or it was truncated.
static gboolean open_first(Com1Log *log, GError **error)
{
    guint64 size = 0;

    if (!size_of(log->path, &size) || size >= log->resume)
        return switch_to(log, -1, log->resume, error);
    g_autofree char *newest = backup_path(log, 0);
    if (size_of(newest, &size) && size >= log->resume)
        return switch_to(log, 0, log->resume, error);
    log->past = log->resume;
    return switch_to(log, -1, 0, error);
}

// Which number the open file has by now; -1: current; BACKUPS_LIMIT: none any more.
static int number_of_open_file(const Com1Log *log)
{
    struct stat about;
    int number;

    for (number = -1; number < BACKUPS_LIMIT; number++) {
        g_autofree char *path = backup_path(log, number);
        if (lstat(path, &about) == 0 && about.st_ino == log->inode && about.st_dev == log->device)
            break;
    }
    return number;
}

// The open file is at its end: goes on with the next newer one. FALSE if there is none (yet), or with @error.
static gboolean follow_rotation(Com1Log *log, GError **error)
{
    int number = number_of_open_file(log);

    if (number < 0)
        return FALSE;
    // Bytes may have been written between the read that met the end and the renaming.
    if (!log->renamed) {
        log->renamed = TRUE;
        return TRUE;
    }
    guint64 done = log->size;
    // A file whose number is not known any more was deleted: the oldest that is left comes next.
    for (int next = number - 1; next >= -1; next--) {
        GError *failure = NULL;
        if (switch_to(log, next, 0, &failure)) {
            log->past += done;
            return TRUE;
        }
        if (failure) {
            g_propagate_error(error, failure);
            return FALSE;
        }
    }
    return FALSE;
}

static void finish_line(Com1Log *log, GPtrArray *lines)
{
    g_ptr_array_add(lines, com1_line_parse((const char *)log->line->data, log->line->len, log->nonce));
    g_byte_array_set_size(log->line, 0);
}

// Takes bytes up to the line's end or its limit; returns how many.
static gsize take_bytes(Com1Log *log, const guint8 *bytes, gsize length, GPtrArray *lines)
{
    const guint8 *newline = memchr(bytes, '\n', length);
    gsize until = newline ? (gsize)(newline - bytes) : length;

    if (!log->skipping) {
        gsize room = LINE_LIMIT - log->line->len;
        g_byte_array_append(log->line, bytes, (guint)MIN(until, room));
        if (until > room || (newline && until <= room))
            finish_line(log, lines);
        log->skipping = until > room;
    }
    if (newline)
        log->skipping = FALSE;
    return until + (newline ? 1 : 0);
}

// Reads on in the open file. Returns the number of bytes consumed, 0 at its end, -1 with @error.
static gssize read_some(Com1Log *log, gsize limit, GPtrArray *lines, GError **error)
{
    guint8 buffer[16384];
    struct stat about;

    if (fstat(log->file, &about) == 0 && (guint64)about.st_size < log->position) {
        // Truncated: what comes now is new.
        log->past += log->size;
        log->position = log->size = 0;
        g_byte_array_set_size(log->line, 0);
        log->skipping = FALSE;
    }
    ssize_t got;
    do
        got = pread(log->file, buffer, MIN(sizeof buffer, limit), (off_t)log->position);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", log->path,
                    g_strerror(errno));
        return -1;
    }
    gsize used = 0;
    while (used < (gsize)got && lines->len < LINES_LIMIT)
        used += take_bytes(log, buffer + used, (gsize)got - used, lines);
    log->position += used;
    log->size = MAX(log->size, log->position);
    return (gssize)used;
}

GPtrArray *com1_log_read(Com1Log *log, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)com1_line_free);
    GError *failure = NULL;
    gsize left = CALL_LIMIT;

    if (log->file < 0)
        open_first(log, &failure);
    while (log->file >= 0 && failure == NULL && left > 0 && lines->len < LINES_LIMIT) {
        gssize used = read_some(log, left, lines, &failure);
        if (used < 0 || (used == 0 && !follow_rotation(log, &failure)))
            break;
        left -= (gsize)used;
    }
    // Lines that were read are given out first; the failure will be met again.
    if (failure && lines->len == 0) {
        g_propagate_error(error, failure);
        return NULL;
    }
    g_clear_error(&failure);
    return g_steal_pointer(&lines);
}

guint64 com1_log_offset(const Com1Log *log)
{
    // A line that began in the file before cannot be named; its rest can.
    return log->position - MIN(log->position, log->line->len);
}

guint64 com1_log_bytes(const Com1Log *log)
{
    return log->past + log->size;
}
