// SPDX-License-Identifier: GPL-3.0-or-later
// The queue for quotas: of the jobs that wait, which begins next, and why the others do not. Pure: amounts
// in, verdicts out; what is in use and who waits come from the store's rows (gate.h).
//
// Order: whoever uses the smallest share of the quotas first, then who came first. A job that does not fit is
// passed by those behind it that do, so that no room lies idle; but the first job of each user counts how
// many that came later took what it lacks, and after QUOTA_PATIENCE of them it is at the front, and nobody
// takes what it lacks before it has begun: a large request gets its turn in the end. One that lacks the quota
// of its own user holds back that user's jobs only.
#pragma once

#include <glib.h>

#define QUOTA_PATIENCE 8

typedef enum {
    QUOTA_MACHINES,
    QUOTA_VCPUS,
    QUOTA_MEMORY, // MiB
    QUOTA_DISK,   // GiB
    QUOTA_INSTALLS,
    QUOTA_COUNT
} QuotaResource;

typedef struct {
    gint64 of[QUOTA_COUNT];
} QuotaAmount;

typedef struct {
    QuotaAmount host, user; // of all together, of each user; 0: no limit
} QuotaLimits;

typedef struct {
    const char *user;
    QuotaAmount amount;
    gint64 running; // of the machines, those whose processors and memory count
} QuotaUse;

typedef enum {
    QUOTA_FITS,
    QUOTA_HOST_FULL,
    QUOTA_USER_FULL,
    QUOTA_BEHIND,     // there is room, which is kept for "behind"
    QUOTA_NEVER_FITS, // needs more than the quota is
} QuotaVerdict;

typedef struct {
    const char *job, *user;
    gint64 number;    // rises in the order of creation
    gint64 overtaken; // so far
    QuotaAmount need; // beyond what is in use
    // Set by quota_queue_next().
    QuotaVerdict verdict;
    QuotaResource resource; // that it lacks
    const char *behind;     // job, borrowed
    guint position;         // from 1
    gboolean overtaken_now; // by the one that begins next
} QuotaWaiter;

// The index of the waiter that begins next, or -1. After an admission, use and waiters have changed: ask
// again. Verdicts are those of the moment before.
gssize quota_queue_next(const QuotaLimits *limits, const QuotaUse *uses, gsize use_count,
                        QuotaWaiter *waiters, gsize waiter_count);
// TRUE and *ret_resource if @need is more than a limit that is set.
gboolean quota_exceeds(const QuotaAmount *limit, const QuotaAmount *need, QuotaResource *ret_resource);
// TRUE and *ret_resource if @need does not fit beside @used.
gboolean quota_lacks(const QuotaAmount *limit, const QuotaAmount *used, const QuotaAmount *need,
                     QuotaResource *ret_resource);
// All uses together, and that of one user.
QuotaUse quota_sum(const QuotaUse *uses, gsize use_count, const char *user_or_null);
