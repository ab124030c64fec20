// SPDX-License-Identifier: GPL-3.0-or-later
// Buffers go round: the caller fills one, the thread writes those that are full. The first one is filled only
// up to a multiple of the alignment in the file, so that all others can be written directly.
#include "daemon/library/file_appender.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// Of offsets, lengths and memory for O_DIRECT: no disk's logical blocks are larger (open(2), O_DIRECT).
#define ALIGNMENT 4096u

typedef struct {
    guint8 *bytes;
    gsize length, capacity;
} Buffer;

struct FileAppender {
    int fd;
    GThread *thread; // NULL until the first buffer is full
    Buffer *filling; // the caller's
    guint64 offset;  // where the next buffer begins in the file; the thread's
    // Under the lock.
    GMutex lock;
    GCond changed;
    GQueue full, empty; // of Buffer
    guint made;
    gboolean writing, ending;
    int failure; // errno
};

static void buffer_free(Buffer *buffer)
{
    if (!buffer)
        return;
    g_aligned_free(buffer->bytes);
    g_free(buffer);
}

static Buffer *buffer_new(guint64 offset)
{
    Buffer *buffer = g_new0(Buffer, 1);
    buffer->bytes = g_aligned_alloc(1, FILE_APPENDER_BUFFER_BYTES, ALIGNMENT);
    buffer->capacity = FILE_APPENDER_BUFFER_BYTES - offset % ALIGNMENT;
    return buffer;
}

FileAppender *file_appender_new(int fd, guint64 offset)
{
    FileAppender *appender = g_new0(FileAppender, 1);
    appender->fd = fd;
    appender->offset = offset;
    appender->filling = buffer_new(offset);
    appender->made = 1;
    g_mutex_init(&appender->lock);
    g_cond_init(&appender->changed);
    g_queue_init(&appender->full);
    g_queue_init(&appender->empty);
    return appender;
}

static gboolean set_direct(int fd, gboolean direct)
{
    const int flags = fcntl(fd, F_GETFL);
    const int wanted = direct ? flags | O_DIRECT : flags & ~O_DIRECT;
    return flags >= 0 && (flags == wanted || fcntl(fd, F_SETFL, wanted) == 0);
}

static int write_all(int fd, const guint8 *bytes, gsize length, guint64 offset)
{
    while (length > 0) {
        const gssize count = pwrite(fd, bytes, length, (off_t)offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno;
        bytes += count;
        length -= (gsize)count;
        offset += (guint64)count;
        // The rest of a write that stopped half-way need not be aligned any more.
        if (length > 0 && (gsize)count % ALIGNMENT != 0 && !set_direct(fd, FALSE))
            return errno;
    }
    return 0;
}

// A file system that takes no direct writes says so when the flag is set, or at the write.
static int write_buffer(int fd, const Buffer *buffer, guint64 offset)
{
    const gboolean aligned = offset % ALIGNMENT == 0 && buffer->length % ALIGNMENT == 0;
    if (aligned && set_direct(fd, TRUE)) {
        const int failure = write_all(fd, buffer->bytes, buffer->length, offset);
        if (failure != EINVAL)
            return failure;
    }
    return set_direct(fd, FALSE) ? write_all(fd, buffer->bytes, buffer->length, offset) : errno;
}

static gpointer write_full(gpointer data)
{
    FileAppender *appender = data;
    Buffer *buffer;
    g_mutex_lock(&appender->lock);
    for (;;) {
        while (!appender->ending && g_queue_is_empty(&appender->full))
            g_cond_wait(&appender->changed, &appender->lock);
        if (appender->ending)
            break;
        buffer = g_queue_pop_head(&appender->full);
        int failure = appender->failure;
        appender->writing = TRUE;
        g_mutex_unlock(&appender->lock);
        if (!failure)
            failure = write_buffer(appender->fd, buffer, appender->offset);
        appender->offset += buffer->length;
        buffer->length = 0;
        buffer->capacity = FILE_APPENDER_BUFFER_BYTES;
        g_mutex_lock(&appender->lock);
        appender->writing = FALSE;
        appender->failure = failure;
        g_queue_push_tail(&appender->empty, buffer);
        g_cond_broadcast(&appender->changed);
    }
    g_mutex_unlock(&appender->lock);
    return NULL;
}

// Hands the filled buffer to the thread.
static void hand_over(FileAppender *appender)
{
    if (!appender->thread)
        appender->thread = g_thread_new("upload-writer", write_full, appender);
    g_mutex_lock(&appender->lock);
    g_queue_push_tail(&appender->full, g_steal_pointer(&appender->filling));
    g_cond_broadcast(&appender->changed);
    g_mutex_unlock(&appender->lock);
}

// An empty buffer to fill: the one at hand, one that was written, or a new one. NULL after a failure.
static Buffer *take_buffer(FileAppender *appender)
{
    if (appender->filling)
        return appender->filling;
    g_mutex_lock(&appender->lock);
    while (g_queue_is_empty(&appender->empty) && appender->made == FILE_APPENDER_BUFFERS)
        g_cond_wait(&appender->changed, &appender->lock);
    appender->filling = g_queue_pop_head(&appender->empty);
    if (!appender->filling) {
        appender->filling = buffer_new(0);
        appender->made++;
    }
    g_mutex_unlock(&appender->lock);
    return appender->filling;
}

static int failure_of(FileAppender *appender)
{
    g_mutex_lock(&appender->lock);
    const int failure = appender->failure;
    g_mutex_unlock(&appender->lock);
    return failure;
}

int file_appender_write(FileAppender *appender, const void *bytes, gsize length)
{
    const guint8 *rest = bytes;
    while (length > 0) {
        Buffer *buffer = take_buffer(appender);
        const gsize part = MIN(length, buffer->capacity - buffer->length);
        memcpy(buffer->bytes + buffer->length, rest, part);
        buffer->length += part;
        rest += part;
        length -= part;
        if (buffer->length == buffer->capacity)
            hand_over(appender);
    }
    return failure_of(appender);
}

int file_appender_flush(FileAppender *appender)
{
    if (appender->filling && appender->filling->length > 0)
        hand_over(appender);
    g_mutex_lock(&appender->lock);
    while (appender->writing || !g_queue_is_empty(&appender->full))
        g_cond_wait(&appender->changed, &appender->lock);
    const int failure = appender->failure;
    g_mutex_unlock(&appender->lock);
    return failure;
}

void file_appender_free(FileAppender *appender)
{
    if (!appender)
        return;
    g_mutex_lock(&appender->lock);
    appender->ending = TRUE;
    g_cond_broadcast(&appender->changed);
    g_mutex_unlock(&appender->lock);
    if (appender->thread)
        g_thread_join(appender->thread);
    buffer_free(appender->filling);
    g_queue_clear_full(&appender->full, (GDestroyNotify)buffer_free);
    g_queue_clear_full(&appender->empty, (GDestroyNotify)buffer_free);
    g_mutex_clear(&appender->lock);
    g_cond_clear(&appender->changed);
    g_free(appender);
}
