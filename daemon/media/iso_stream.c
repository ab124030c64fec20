// SPDX-License-Identifier: GPL-3.0-or-later
// The custom stream class of libisofs.h, reading ahead in large steps because libisofs asks for 2 KiB at a
// time.
#include "iso_stream.h"

#include <stdlib.h>
#include <string.h>

#include "cancel.h"

#define READ_AHEAD (512u * 1024)

typedef struct {
    ByteSource *content;
    ino_t serial; // tells contents apart: libisofs would store equal ones once
    IsoStreamFailure *failure;
    guint64 position;
    guint8 *buffer; // NULL unless open
    gsize filled;
    gsize used;
} StreamData;

static int stream_open(IsoStream *stream)
{
    StreamData *data = stream->data;

    data->position = 0;
    data->filled = 0;
    data->used = 0;
    data->buffer = g_malloc((gsize)CLAMP(data->content->size, 1, READ_AHEAD));
    return 1;
}

static int stream_close(IsoStream *stream)
{
    StreamData *data = stream->data;

    g_clear_pointer(&data->buffer, g_free);
    return 1;
}

static off_t stream_size(IsoStream *stream)
{
    return (off_t)((StreamData *)stream->data)->content->size;
}

static gboolean fill(StreamData *data)
{
    GError *error = NULL;
    gsize length = (gsize)MIN(data->content->size - data->position, READ_AHEAD);

    if (!cancel_check(&error) ||
        !byte_source_read(data->content, data->position, data->buffer, length, &error)) {
        if (!g_atomic_pointer_compare_and_exchange(&data->failure->error, NULL, error))
            g_error_free(error);
        return FALSE;
    }
    data->position += length;
    data->filled = length;
    data->used = 0;
    return TRUE;
}

static int stream_read(IsoStream *stream, void *buffer, size_t count)
{
    StreamData *data = stream->data;
    guint8 *target = buffer;
    gsize done = 0;

    while (done < count) {
        if (data->used == data->filled) {
            if (data->position == data->content->size)
                break;
            if (!fill(data))
                return ISO_FILE_READ_ERROR;
        }
        gsize step = MIN(count - done, data->filled - data->used);
        memcpy(target + done, data->buffer + data->used, step);
        data->used += step;
        done += step;
    }
    return (int)done;
}

static int stream_is_repeatable(IsoStream *stream)
{
    (void)stream;
    return 1;
}

static void stream_id(IsoStream *stream, unsigned int *fs_id, dev_t *device, ino_t *inode)
{
    // File system 0 and device 0 go with numbers taken from libisofs's serial_id.
    *fs_id = 0;
    *device = 0;
    *inode = ((StreamData *)stream->data)->serial;
}

static void stream_free(IsoStream *stream)
{
    StreamData *data = stream->data;

    byte_source_free(data->content);
    g_free(data->buffer);
    g_free(data);
}

static int stream_update_size(IsoStream *stream)
{
    (void)stream;
    return 1;
}

static IsoStream *stream_input(IsoStream *stream, int flag)
{
    (void)stream;
    (void)flag;
    return NULL;
}

static IsoStreamIface stream_class = {
    .version = 3,
    .type = { 'u', 's', 'e', 'r' },
    .open = stream_open,
    .close = stream_close,
    .get_size = stream_size,
    .read = stream_read,
    .is_repeatable = stream_is_repeatable,
    .get_id = stream_id,
    .free = stream_free,
    .update_size = stream_update_size,
    .get_input_stream = stream_input,
    .cmp_ino = NULL,
};

gboolean iso_stream_failed(IsoStreamFailure *failure)
{
    return g_atomic_pointer_get(&failure->error) != NULL;
}

IsoStream *iso_stream_from_source(ByteSource *content, IsoStreamFailure *failure)
{
    // libisofs releases it with free().
    IsoStream *stream = calloc(1, sizeof *stream);
    StreamData *data = g_new0(StreamData, 1);

    if (stream == NULL)
        g_error("out of memory");
    data->content = content;
    data->serial = serial_id++;
    data->failure = failure;
    stream->class = &stream_class;
    stream->refcount = 1;
    stream->data = data;
    return stream;
}
