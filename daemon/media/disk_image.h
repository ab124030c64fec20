// SPDX-License-Identifier: GPL-3.0-or-later
// A virtual machine's disk, read while the machine is off: qemu-nbd understands the format and is asked over
// NBD. No loop device, no mount, nothing of the image in the kernel. (qemu-nbd's manual; libnbd(3).)
#pragma once

#include <glib.h>

typedef struct DiskImage DiskImage;

// @format: "qcow2" or "raw": never guessed, or a guest could write itself another (QEMU's documentation of
// -drive format). MEDIA_ERROR_IO if qemu-nbd cannot open it, as when a running QEMU holds its lock.
DiskImage *disk_image_open(const char *path, const char *format, GError **error);
// The export of that name of an NBD server that is there already, on a Unix socket: a running machine's disk
// as it was at one instant (libvirt's pull backup).
DiskImage *disk_image_connect(const char *socket_path, const char *export_name, GError **error);
void disk_image_free(DiskImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DiskImage, disk_image_free)

guint64 disk_image_size(const DiskImage *image);
// All of it, or MEDIA_ERROR_IO; MEDIA_ERROR_TRUNCATED beyond the end.
gboolean disk_image_read(DiskImage *image, guint64 offset, void *buffer, gsize length, GError **error);
