// SPDX-License-Identifier: GPL-3.0-or-later
// An NTFS file system on a partition of a disk image, read only, through libntfs-3g. The guest that wrote it
// is hostile: whatever is damaged is an error, and whoever calls bounds the time.
#pragma once

#include "disk_image.h"

typedef struct NtfsVolume NtfsVolume;

// Borrows @image. The journal is not replayed: what is read is what lies there. MEDIA_ERROR_IO unless it is
// NTFS.
NtfsVolume *ntfs_volume_open(DiskImage *image, guint64 offset, guint64 length, GError **error);
void ntfs_volume_free(NtfsVolume *volume);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NtfsVolume, ntfs_volume_free)

gboolean ntfs_volume_has(NtfsVolume *volume, const char *path);
// All of a file, piece by piece, to @take (FALSE: it has set the error).
typedef gboolean (*NtfsPiece)(const void *bytes, gsize length, gpointer data, GError **error);
gboolean ntfs_volume_read(NtfsVolume *volume, const char *path, NtfsPiece take, gpointer data,
                          GError **error);
// The last @most bytes at most of a file; NULL with MEDIA_ERROR_NOT_FOUND or MEDIA_ERROR_IO. @path: with
// slashes, upper and lower case alike. *@ret_cut: there is more before them.
GBytes *ntfs_volume_read_tail(NtfsVolume *volume, const char *path, gsize most, gboolean *ret_cut,
                              GError **error);
