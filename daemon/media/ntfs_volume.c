// SPDX-License-Identifier: GPL-3.0-or-later
// libntfs-3g over operations of our own on the disk image. Its headers come last: they define what GLib does.
#include "ntfs_volume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "media_error.h"

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/volume.h>

#define PIECE (1u << 20)

struct NtfsVolume {
    DiskImage *image;
    guint64 offset, length;
    s64 position;
    ntfs_volume *mounted;
};

static NtfsVolume *volume_of(struct ntfs_device *device)
{
    return device->d_private;
}

static int refuse(int reason)
{
    errno = reason;
    return -1;
}

static int device_open(struct ntfs_device *device, int flags)
{
    (void)flags;
    NDevSetOpen(device);
    NDevSetReadOnly(device);
    return 0;
}

static int device_close(struct ntfs_device *device)
{
    NDevClearOpen(device);
    return 0;
}

static s64 device_seek(struct ntfs_device *device, s64 offset, int whence)
{
    NtfsVolume *volume = volume_of(device);
    const s64 from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? volume->position : (s64)volume->length;
    if (offset < -from || from + offset > (s64)volume->length)
        return refuse(EINVAL);
    return volume->position = from + offset;
}

static s64 device_pread(struct ntfs_device *device, void *buffer, s64 count, s64 offset)
{
    const NtfsVolume *volume = volume_of(device);
    if (count < 0 || offset < 0)
        return refuse(EINVAL);
    if ((guint64)offset >= volume->length)
        return 0;
    const gsize length = (gsize)MIN((guint64)count, volume->length - (guint64)offset);
    if (!disk_image_read(volume->image, volume->offset + (guint64)offset, buffer, length, NULL))
        return refuse(EIO);
    return (s64)length;
}

static s64 device_read(struct ntfs_device *device, void *buffer, s64 count)
{
    NtfsVolume *volume = volume_of(device);
    const s64 got = device_pread(device, buffer, count, volume->position);
    if (got > 0)
        volume->position += got;
    return got;
}

static s64 device_write(struct ntfs_device *device, const void *buffer, s64 count)
{
    (void)device;
    (void)buffer;
    (void)count;
    return refuse(EROFS);
}

static s64 device_pwrite(struct ntfs_device *device, const void *buffer, s64 count, s64 offset)
{
    (void)offset;
    return device_write(device, buffer, count);
}

static int device_sync(struct ntfs_device *device)
{
    (void)device;
    return 0;
}

static int device_stat(struct ntfs_device *device, struct stat *about)
{
    *about = (struct stat){ .st_mode = S_IFREG | 0400, .st_size = (off_t)volume_of(device)->length };
    return 0;
}

static int device_ioctl(struct ntfs_device *device, unsigned long request, void *argument)
{
    (void)device;
    (void)request;
    (void)argument;
    return refuse(ENOTTY);
}

static struct ntfs_device_operations operations = {
    .open = device_open,
    .close = device_close,
    .seek = device_seek,
    .read = device_read,
    .write = device_write,
    .pread = device_pread,
    .pwrite = device_pwrite,
    .sync = device_sync,
    .stat = device_stat,
    .ioctl = device_ioctl,
};

static ntfs_volume *mount_device(NtfsVolume *volume)
{
    ntfs_log_set_handler(ntfs_log_handler_null); // standard output is sevend-media's own
    struct ntfs_device *device = ntfs_device_alloc("disk", 0, &operations, volume);
    ntfs_volume *mounted = device ? ntfs_device_mount(device, NTFS_MNT_RDONLY | NTFS_MNT_FORENSIC) : NULL;
    if (device && !mounted) {
        const int reason = errno;
        ntfs_device_free(device);
        errno = reason;
    }
    return mounted;
}

NtfsVolume *ntfs_volume_open(DiskImage *image, guint64 offset, guint64 length, GError **error)
{
    NtfsVolume *volume = g_new0(NtfsVolume, 1);
    volume->image = image;
    volume->offset = offset;
    volume->length = length;
    volume->mounted = mount_device(volume);
    if (!volume->mounted)
        media_error_set_errno(error, errno,
                              "the partition at %" G_GUINT64_FORMAT " is no NTFS that can be read", offset);
    else if (ntfs_set_ignore_case(volume->mounted) == 0)
        return volume;
    else
        media_error_set_errno(error, errno, "NTFS without a table of upper case");
    ntfs_volume_free(volume);
    return NULL;
}

void ntfs_volume_free(NtfsVolume *volume)
{
    if (volume == NULL)
        return;
    if (volume->mounted)
        ntfs_umount(volume->mounted, TRUE); // frees the device
    g_free(volume);
}

gboolean ntfs_volume_has(NtfsVolume *volume, const char *path)
{
    ntfs_inode *inode = ntfs_pathname_to_inode(volume->mounted, NULL, path);
    if (inode)
        ntfs_inode_close(inode);
    return inode != NULL;
}

static GBytes *read_end(ntfs_attr *data, gsize most, gboolean *ret_cut)
{
    const s64 size = data->data_size;
    const s64 length = MIN(size, (s64)most);
    if (size < 0) { // the guest wrote it
        errno = EIO;
        return NULL;
    }
    g_autofree guint8 *buffer = g_malloc((gsize)length + 1);
    s64 done = 0;
    while (done < length) {
        const s64 got = ntfs_attr_pread(data, size - length + done, length - done, buffer + done);
        if (got <= 0)
            return NULL;
        done += got;
    }
    *ret_cut = length < size;
    return g_bytes_new_take(g_steal_pointer(&buffer), (gsize)length);
}

static gboolean read_all(ntfs_attr *data, NtfsPiece take, gpointer take_data, const char *path,
                         GError **error)
{
    g_autofree guint8 *piece = g_malloc(PIECE);
    for (s64 at = 0; at < data->data_size;) {
        const s64 got = ntfs_attr_pread(data, at, MIN((s64)PIECE, data->data_size - at), piece);
        if (got <= 0) {
            media_error_set_errno(error, errno ? errno : EIO, "%s", path);
            return FALSE;
        }
        if (!take(piece, (gsize)got, take_data, error))
            return FALSE;
        at += got;
    }
    return TRUE;
}

gboolean ntfs_volume_read(NtfsVolume *volume, const char *path, NtfsPiece take, gpointer take_data,
                          GError **error)
{
    ntfs_inode *inode = ntfs_pathname_to_inode(volume->mounted, NULL, path);
    ntfs_attr *data = inode ? ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0) : NULL;
    gboolean ok = FALSE;
    if (data)
        ok = read_all(data, take, take_data, path, error);
    else
        media_error_set_errno(error, errno ? errno : EIO, "%s", path);
    if (data)
        ntfs_attr_close(data);
    if (inode)
        ntfs_inode_close(inode);
    return ok;
}

GBytes *ntfs_volume_read_tail(NtfsVolume *volume, const char *path, gsize most, gboolean *ret_cut,
                              GError **error)
{
    GBytes *bytes = NULL;
    ntfs_inode *inode = ntfs_pathname_to_inode(volume->mounted, NULL, path);
    ntfs_attr *data = inode ? ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0) : NULL;
    if (data)
        bytes = read_end(data, most, ret_cut);
    if (!bytes)
        media_error_set_errno(error, errno ? errno : EIO, "%s", path);
    if (data)
        ntfs_attr_close(data);
    if (inode)
        ntfs_inode_close(inode);
    return bytes;
}
