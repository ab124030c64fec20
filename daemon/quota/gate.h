// SPDX-License-Identifier: GPL-3.0-or-later
// The gate before jobs that let a machine run or make one: a thread that looks at what is in use and who
// waits (rows of the store, and libvirt for which machines run), admits what fits, and says of the rest why
// it waits. It remembers nothing that counts: killed at any point, the daemon comes to the same from the
// rows.
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"
#include "daemon/quota/queue.h"

// Before the job engine starts, whose jobs wake it; it works from quota_gate_start() on, after that.
QuotaGate *quota_gate_new(Daemon *daemon);
void quota_gate_start(QuotaGate *gate);
// Waits until nothing of it runs; it may be woken still. NULL is fine, here and below.
void quota_gate_stop(QuotaGate *gate);
void quota_gate_free(QuotaGate *gate);
// Something has changed: it looks at once. Takes no lock but its own.
void quota_gate_wake(QuotaGate *gate);
// job_engine_set_changed(); @daemon: the engine's user data.
void quota_gate_on_jobs(gpointer daemon);

// Of the configuration.
QuotaLimits quota_limits(const Config *config);
// A fault for each quota that is smaller than what is asked for: what could never fit. @per_user: also of the
// quotas of a user. @pointer: for what no member of the request says, or NULL: the members of "hardware".
void quota_check_possible(const Config *config, const QuotaAmount *need, gboolean per_user,
                          const char *pointer, Faults *faults);

// What is in use, at this moment.
typedef struct {
    GPtrArray *rows; // of StoreUse, whose texts "uses" borrows
    QuotaUse *uses;
    gsize count;
} QuotaUses;
gboolean quota_uses_read(Daemon *daemon, QuotaUses *ret_uses, GError **error);
void quota_uses_clear(QuotaUses *uses);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QuotaUses, quota_uses_clear)
// Asks libvirt which machines run, and stores it where it differs; with quota_lock() held. Without libvirt
// what was known last stays.
gboolean quota_look_at_power(Daemon *daemon, GError **error);

// Held while somebody is admitted or given a machine: what is in use grows only under it.
GMutex *quota_lock(void);
QuotaAmount quota_amount_of_row(const StoreAmount *amount);
// The needs of a machine that is not there yet.
QuotaAmount quota_need(guint vcpus, guint memory_mib, guint disk_gib);
// Why the quota of @holder keeps a machine like @machine from it now, or NULL. The caller frees.
char *quota_why_not(Daemon *daemon, const char *holder, const StoreMachine *machine);
