// SPDX-License-Identifier: GPL-3.0-or-later
// Volumes in libvirt's storage pool: the machine's disk and its config disc. Never touches files by path, so
// that the pool may be on another host.
#pragma once

#include "daemon/vm/connection.h"

// Makes the pool (type dir at @target_path) if there is none of that name, starts it, sets autostart. A pool
// that exists is used as it is.
gboolean storage_pool_ensure(VmConnection *connection, const char *pool, const char *target_path,
                             GError **error);
// qcow2 of @bytes capacity, sparse. An existing volume of that name is an error (VM_ERROR_STATE).
gboolean storage_volume_create(VmConnection *connection, const char *pool, const char *name, guint64 bytes,
                               GError **error);
// qcow2 over @base, a qcow2 volume of the same pool that is only read from then on and must stay: as large as
// that, and takes kilobytes until it is written to. Errors as above.
gboolean storage_volume_create_over(VmConnection *connection, const char *pool, const char *name,
                                    const char *base, GError **error);
// What it takes of the pool, in bytes.
gboolean storage_volume_size(VmConnection *connection, const char *pool, const char *name, guint64 *ret_bytes,
                             GError **error);
// Bytes of the disk in it, as its guest sees it.
gboolean storage_volume_capacity(VmConnection *connection, const char *pool, const char *name,
                                 guint64 *ret_bytes, GError **error);
// Raw volume with the content of the file @path (mode 0600). Replaces one of that name.
gboolean storage_volume_upload(VmConnection *connection, const char *pool, const char *name, const char *path,
                               GError **error);
// A qcow2 file that lies within another file, from @offset on: @size bytes that libvirt and we only pass on.
typedef struct {
    const char *path;
    guint64 offset, size;
    guint64 capacity; // of the disk in it, in bytes
} StorageDisk;
// Called now and then; FALSE with @error ends it.
typedef gboolean (*StorageProgressFunc)(guint64 done, guint64 total, gpointer data, GError **error);
// A qcow2 volume (mode 0600) with that content. Replaces one of that name. On failure there is none.
gboolean storage_volume_upload_disk(VmConnection *connection, const char *pool, const char *name,
                                    const StorageDisk *disk, StorageProgressFunc progress, gpointer data,
                                    GError **error);
// What the pool has room for, in bytes.
gboolean storage_pool_room(VmConnection *connection, const char *pool, guint64 *ret_bytes, GError **error);
// TRUE if it is gone afterwards, also if it never was there.
gboolean storage_volume_delete(VmConnection *connection, const char *pool, const char *name, GError **error);
gboolean storage_volume_exists(VmConnection *connection, const char *pool, const char *name,
                               gboolean *ret_exists, GError **error);
// Where it is on the host that libvirt runs on; of use only if that is this one. The caller frees.
char *storage_volume_path(VmConnection *connection, const char *pool, const char *name, GError **error);
// Names of the pool's volumes, for reconciliation. NULL-terminated; the caller frees with g_strfreev().
char **storage_volume_list(VmConnection *connection, const char *pool, GError **error);
