// SPDX-License-Identifier: GPL-3.0-or-later
// Snapshots of one domain, kept inside its qcow2 volume: with memory where the domain runs. CD drives have no
// part in them. As in domain.h, every function looks the domain up anew; VM_ERROR_NOT_FOUND if it is gone.
#pragma once

#include "daemon/vm/connection.h"

typedef struct {
    char *name;
    char *description; // what snapshot_save() was given, or NULL
    char *parent;      // name of the snapshot that it was taken on top of, or NULL
    gint64 created;    // seconds since 1970
    gboolean memory;   // taken of a running machine
    gboolean current;  // the last one that was saved or gone back to; one that is being saved is not
    gboolean has_disc; // the drive DRIVE_CONFIG held a disc, which must be there to go back
} Snapshot;
void snapshot_free(Snapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Snapshot, snapshot_free)

// All of them, the oldest first; GPtrArray of Snapshot, the caller's. One that libvirt is just making is
// among them.
GPtrArray *snapshot_list(VmConnection *connection, const char *uuid, GError **error);
// *ret_snapshot: NULL if there is none of that name; else the caller's.
gboolean snapshot_find(VmConnection *connection, const char *uuid, const char *name, Snapshot **ret_snapshot,
                       GError **error);
// Blocks until it is whole; the machine stands still meanwhile. VM_ERROR_BUSY if libvirt is at work on the
// domain.
gboolean snapshot_save(VmConnection *connection, const char *uuid, const char *name, const char *description,
                       GError **error);
// Goes back. With memory: the machine is then paused, and its processors have not run; else it is off. Errors
// as above, also while the machine's disk is read.
gboolean snapshot_revert(VmConnection *connection, const char *uuid, const Snapshot *snapshot,
                         GError **error);
// Those on top of it stay. TRUE also if it is gone.
gboolean snapshot_delete(VmConnection *connection, const char *uuid, const char *name, GError **error);
// Whether the drive DRIVE_CONFIG, as it is now, holds a disc.
gboolean snapshot_meets_disc(VmConnection *connection, const char *uuid, gboolean *ret_disc, GError **error);
