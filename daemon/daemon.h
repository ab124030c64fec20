// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of the running daemon that its services and job steps share. Made in sevend.c, constant
// afterwards: each member does its own locking.
#pragma once

#include <gio/gio.h>

#include "daemon/config.h"
#include "daemon/jobs/engine.h"
#include "daemon/jobs/store.h"
#include "daemon/vm/connection.h"

typedef struct GuestEvents GuestEvents;
typedef struct BootDiscCache BootDiscCache;
typedef struct UploadTable UploadTable;
typedef struct Expiry Expiry;
typedef struct PoolKeeper PoolKeeper;
typedef struct QuotaGate QuotaGate;

typedef struct Daemon {
    Config *config;
    char *instance; // random, kept in the state folder: tells our domains and volumes from another daemon's
    Store *store;
    VmConnection *libvirt;
    JobEngine *jobs;
    GThreadPool *reconciler;      // holds the store against libvirt, once at a time
    gboolean transfers_reclaimed; // by its first run; afterwards transfers are this daemon's own
    GuestEvents *guest_events;
    BootDiscCache *boot_discs;
    UploadTable *uploads;
    Expiry *expiry;                // deletes machines whose lifetime is over
    PoolKeeper *pool_keeper;       // keeps pools filled
    QuotaGate *quota_gate;         // lets jobs begin that quotas have room for
    gboolean preflight_only_warns; // for tests, which look at what happens to a request that it refuses
    GCancellable *stopping;        // triggered when the daemon stops: ends what clients wait for
} Daemon;

#define SEVEND_VERSION "0.1.0"
