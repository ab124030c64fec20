// SPDX-License-Identifier: GPL-3.0-or-later
// What COM1 has said so far, as one text. Following it line by line: com1_log.c.
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/vm/com1.h"

// virtlogd keeps 3 old files unless told otherwise (virtlogd.conf, max_backups).
#define BACKUPS_LIMIT 10

// The last @room bytes of an open file. NULL with errno.
static GBytes *read_tail(int file, gsize room)
{
    struct stat info;
    if (fstat(file, &info) != 0)
        return NULL;
    const gsize length = MIN((gsize)info.st_size, room);
    const off_t begin = info.st_size - (off_t)length;
    g_autofree char *bytes = g_malloc(length + 1);
    gsize got = 0;
    while (got < length) {
        const ssize_t count = pread(file, bytes + got, length - got, begin + (off_t)got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return NULL;
        if (count == 0) // cut short meanwhile
            break;
        got += (gsize)count;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), got);
}

typedef struct {
    GPtrArray *parts; // GBytes, the newest first
    gsize room;
    ino_t last; // of the file read before: it may have been renamed since, and be met again
} Reading;

// FALSE when there is no such file, or with @error.
static gboolean read_one(Reading *reading, const char *path, GError **error)
{
    struct stat info = { 0 };
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    GBytes *bytes = NULL;
    if (file < 0 && errno == ENOENT)
        return FALSE;
    const gboolean again = file >= 0 && fstat(file, &info) == 0 && info.st_ino == reading->last;
    if (file >= 0 && !again)
        bytes = read_tail(file, reading->room);
    const int reason = errno;
    if (file >= 0)
        close(file);
    if (again)
        return TRUE;
    if (!bytes) {
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(reason), "%s: %s", path,
                    g_strerror(reason));
        return FALSE;
    }
    reading->last = info.st_ino;
    reading->room -= g_bytes_get_size(bytes);
    g_ptr_array_add(reading->parts, bytes);
    return TRUE;
}

// Oldest first.
static GBytes *join(const GPtrArray *parts)
{
    GByteArray *text = g_byte_array_new();
    for (guint i = parts->len; i-- > 0;) {
        gsize length = 0;
        const void *bytes = g_bytes_get_data(parts->pdata[i], &length);
        g_byte_array_append(text, bytes, (guint)length);
    }
    return g_byte_array_free_to_bytes(text);
}

GBytes *com1_text_read(const char *path, gsize max_bytes, GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    Reading reading = { .parts = parts, .room = max_bytes };
    GError *failure = NULL;
    gboolean more = TRUE;
    for (int number = -1; more && number < BACKUPS_LIMIT && reading.room > 0; number++) {
        g_autofree char *backup = g_strdup_printf("%s.%d", path, number);
        more = read_one(&reading, number < 0 ? path : backup, &failure) || (number < 0 && !failure);
    }
    if (!failure)
        return join(parts);
    g_propagate_error(error, failure);
    return NULL;
}
