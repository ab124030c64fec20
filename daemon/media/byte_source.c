// SPDX-License-Identifier: GPL-3.0-or-later
// Readable ranges of bytes: the checks that all share, and the kinds that need no disc (file, memory, slice).
// Chains of sources are in byte_chain.c.
#include "byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "media_error.h"

#define COPY_BUFFER_SIZE (256 * 1024)

gboolean byte_source_contains(const ByteSource *source, guint64 offset, guint64 length)
{
    return offset <= source->size && length <= source->size - offset;
}

gboolean byte_source_read(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error)
{
    if (!byte_source_contains(source, offset, length)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED,
                    "%s: ends after %" PRIu64 " bytes, but bytes %" PRIu64 " to %" PRIu64 " are needed",
                    source->name, source->size, offset, offset + length);
        return FALSE;
    }
    if (length == 0)
        return TRUE;
    return source->class->read_at(source, offset, buffer, length, error);
}

GBytes *byte_source_load(ByteSource *source, gsize limit, GError **error)
{
    if (source->size > limit) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE,
                    "%s: is %" PRIu64 " bytes, more than the %zu allowed", source->name, source->size, limit);
        return NULL;
    }
    gsize size = (gsize)source->size;
    g_autofree guint8 *data = g_malloc(MAX(size, 1));
    if (!byte_source_read(source, 0, data, size, error))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&data), size);
}

static gboolean write_at(int fd, const guint8 *data, gsize length, guint64 offset)
{
    while (length > 0) {
        ssize_t written = pwrite(fd, data, length, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        data += written;
        length -= (gsize)written;
        offset += (guint64)written;
    }
    return TRUE;
}

gboolean byte_source_copy_range(ByteSource *source, guint64 offset, guint64 length, int fd,
                                const char *fd_name, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(COPY_BUFFER_SIZE);

    while (length > 0) {
        gsize step = (gsize)MIN(length, COPY_BUFFER_SIZE);
        if (!cancel_check(error) || !byte_source_read(source, offset, buffer, step, error))
            return FALSE;
        if (!write_at(fd, buffer, step, offset)) {
            media_error_set_errno(error, errno, "cannot write %s", fd_name);
            return FALSE;
        }
        offset += step;
        length -= step;
    }
    return TRUE;
}

void byte_source_free(ByteSource *source)
{
    if (source == NULL)
        return;
    g_free(source->name);
    source->class->free(source);
}

// Host files.

typedef struct {
    ByteSource base;
    int fd;
} FileSource;

static gboolean file_read_at(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error)
{
    FileSource *file = (FileSource *)source;
    guint8 *target = buffer;

    while (length > 0) {
        ssize_t got = pread(file->fd, target, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            media_error_set_errno(error, errno, "cannot read %s", source->name);
            return FALSE;
        }
        if (got == 0) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED, "%s: became shorter while it was read",
                        source->name);
            return FALSE;
        }
        target += got;
        offset += (guint64)got;
        length -= (gsize)got;
    }
    return TRUE;
}

static void file_free(ByteSource *source)
{
    close(((FileSource *)source)->fd);
    g_free(source);
}

static const ByteSourceClass file_class = { .read_at = file_read_at, .free = file_free };

ByteSource *byte_source_from_fd(int fd, const char *name, GError **error)
{
    struct stat status;

    if (fstat(fd, &status) < 0) {
        media_error_set_errno(error, errno, "cannot examine %s", name);
        close(fd);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "%s: is not a regular file", name);
        close(fd);
        return NULL;
    }
    FileSource *file = g_new0(FileSource, 1);
    file->base.class = &file_class;
    file->base.size = (guint64)status.st_size;
    file->base.name = g_strdup(name);
    file->fd = fd;
    return &file->base;
}

ByteSource *byte_source_open(const char *path, GError **error)
{
    // O_NONBLOCK: a FIFO in the place of the file must not block us; it is refused by its type afterwards.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        media_error_set_errno(error, errno, "cannot open %s", path);
        return NULL;
    }
    return byte_source_from_fd(fd, path, error);
}

// Memory.

typedef struct {
    ByteSource base;
    GBytes *bytes;
} MemorySource;

static gboolean memory_read_at(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error)
{
    (void)error;
    memcpy(buffer, (const guint8 *)g_bytes_get_data(((MemorySource *)source)->bytes, NULL) + offset, length);
    return TRUE;
}

static void memory_free(ByteSource *source)
{
    g_bytes_unref(((MemorySource *)source)->bytes);
    g_free(source);
}

static const ByteSourceClass memory_class = { .read_at = memory_read_at, .free = memory_free };

ByteSource *byte_source_from_bytes(GBytes *bytes, const char *name)
{
    MemorySource *memory = g_new0(MemorySource, 1);
    memory->base.class = &memory_class;
    memory->base.size = g_bytes_get_size(bytes);
    memory->base.name = g_strdup(name);
    memory->bytes = g_bytes_ref(bytes);
    return &memory->base;
}

// Slices.

typedef struct {
    ByteSource base;
    ByteSource *parent;
    gboolean owns_parent;
    guint64 start;
} SliceSource;

static gboolean slice_read_at(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error)
{
    SliceSource *slice = (SliceSource *)source;
    return byte_source_read(slice->parent, slice->start + offset, buffer, length, error);
}

static void slice_free(ByteSource *source)
{
    SliceSource *slice = (SliceSource *)source;

    if (slice->owns_parent)
        byte_source_free(slice->parent);
    g_free(source);
}

static const ByteSourceClass slice_class = { .read_at = slice_read_at, .free = slice_free };

ByteSource *byte_source_slice(ByteSource *parent, guint64 offset, guint64 length, const char *name)
{
    g_assert(byte_source_contains(parent, offset, length));
    SliceSource *slice = g_new0(SliceSource, 1);
    slice->base.class = &slice_class;
    slice->base.size = length;
    slice->base.name = g_strdup(name);
    slice->parent = parent;
    slice->start = offset;
    return &slice->base;
}

ByteSource *byte_source_slice_take(ByteSource *parent, guint64 offset, guint64 length, const char *name)
{
    ByteSource *slice = byte_source_slice(parent, offset, length, name);

    ((SliceSource *)slice)->owns_parent = TRUE;
    return slice;
}
