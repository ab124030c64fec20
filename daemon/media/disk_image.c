// SPDX-License-Identifier: GPL-3.0-or-later
#include "disk_image.h"

#include <libnbd.h>

#include "media_error.h"

// What NBD servers take in one request at least as much as (NBD protocol, "Block size constraints").
#define LONGEST_READ (1u << 20)

struct DiskImage {
    struct nbd_handle *nbd;
    char *path;
    guint64 size;
};

static void set_error(const DiskImage *image, GError **error)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "%s: %s", image->path, nbd_get_error());
}

static DiskImage *begin(const char *path)
{
    DiskImage *image = g_new0(DiskImage, 1);
    image->path = g_strdup(path);
    image->nbd = nbd_create();
    return image;
}

static DiskImage *connected(DiskImage *image, gboolean ok, GError **error)
{
    if (ok) {
        image->size = (guint64)MAX(0, nbd_get_size(image->nbd));
        return image;
    }
    set_error(image, error);
    disk_image_free(image);
    return NULL;
}

DiskImage *disk_image_connect(const char *socket_path, const char *export_name, GError **error)
{
    DiskImage *image = begin(socket_path);
    return connected(image,
                     image->nbd != NULL && nbd_set_export_name(image->nbd, export_name) == 0 &&
                         nbd_connect_unix(image->nbd, socket_path) == 0,
                     error);
}

DiskImage *disk_image_open(const char *path, const char *format, GError **error)
{
    // It ends with the connection.
    char *argv[] = { (char *)"qemu-nbd", (char *)"--read-only", (char *)"--format",
                     (char *)format,     (char *)path,          NULL };
    DiskImage *image = begin(path);
    return connected(
        image, image->nbd != NULL && nbd_connect_systemd_socket_activation(image->nbd, argv) == 0, error);
}

void disk_image_free(DiskImage *image)
{
    if (image == NULL)
        return;
    nbd_close(image->nbd);
    g_free(image->path);
    g_free(image);
}

guint64 disk_image_size(const DiskImage *image)
{
    return image->size;
}

gboolean disk_image_read(DiskImage *image, guint64 offset, void *buffer, gsize length, GError **error)
{
    guint8 *rest = buffer;

    if (offset > image->size || length > image->size - offset) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED,
                    "%s: %zu bytes at %" G_GUINT64_FORMAT " are beyond its end", image->path, length, offset);
        return FALSE;
    }
    while (length > 0) {
        const gsize step = MIN(length, LONGEST_READ);
        if (nbd_pread(image->nbd, rest, step, offset, 0) < 0) {
            set_error(image, error);
            return FALSE;
        }
        rest += step;
        offset += step;
        length -= step;
    }
    return TRUE;
}
