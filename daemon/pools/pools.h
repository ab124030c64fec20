// SPDX-License-Identifier: GPL-3.0-or-later
// Pools: of an image, some clones are always kept ready: booted, their memory saved, halted. A lease hands
// one out by letting its processors run; when it ends, the machine goes back to what was saved, so that the
// next holder finds nothing of the last one's. A machine of a pool is "warming" until it is "ready", "leased"
// while somebody holds it, "used" until it has gone back, "broken" if that failed: then it is replaced.
//
// The store says what is; a thread of its own ("keeper") looks at it now and then, and brings about what is
// to be. Killed at any point, the daemon goes on from there.
#pragma once

#include "daemon/daemon.h"

// Jobs that make a machine of a pool ready: "warm" saves its memory, "rewarm" goes back to that.
extern const JobKind warm_job_kind;
extern const JobKind rewarm_job_kind;

#define POOL_SNAPSHOT      "ready"
#define POOL_NAME_MOST     50 // letters; its machines are called POOL-xxxxxxxx
#define POOL_MACHINES_MOST 64

// Before the job engine starts, whose jobs wake it; it works from pool_keeper_start() on, after that.
PoolKeeper *pool_keeper_new(Daemon *daemon);
void pool_keeper_start(PoolKeeper *keeper);
// Waits until nothing of it runs; it may be woken still. NULL is fine, here and below.
void pool_keeper_stop(PoolKeeper *keeper);
void pool_keeper_free(PoolKeeper *keeper);
// Something has changed: it looks at once.
void pool_keeper_wake(PoolKeeper *keeper);
// Why no machine could be made for pool @name of late, or NULL. The caller frees.
char *pool_keeper_trouble(PoolKeeper *keeper, const char *name);

// How many of @leases (StoreLease) wait.
guint pool_count_waiting(const GPtrArray *leases);
// Gives the machines of @pool that are ready to those who wait, in their order, and lets them run. Any
// thread, one at a time. FALSE if the store cannot tell.
gboolean pool_grant(Daemon *daemon, const char *pool, GError **error);
// Lets the machines of leases run that a daemon which was killed had granted only.
gboolean pool_resume_granted(Daemon *daemon, GError **error);
