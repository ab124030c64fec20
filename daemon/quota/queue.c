// SPDX-License-Identifier: GPL-3.0-or-later
// See queue.h.
#include "daemon/quota/queue.h"

#include <string.h>

typedef struct {
    const QuotaLimits *limits;
    const QuotaUse *uses;
    gsize use_count;
    QuotaUse host;
} Situation;

typedef struct {
    QuotaWaiter *waiter;
    double share;
    gboolean first; // of its user's
} Place;

QuotaUse quota_sum(const QuotaUse *uses, gsize use_count, const char *user_or_null)
{
    QuotaUse sum = { .user = user_or_null };
    for (gsize i = 0; i < use_count; i++) {
        if (user_or_null && strcmp(uses[i].user, user_or_null) != 0)
            continue;
        sum.running += uses[i].running;
        for (int r = 0; r < QUOTA_COUNT; r++)
            sum.amount.of[r] += uses[i].amount.of[r];
    }
    return sum;
}

gboolean quota_lacks(const QuotaAmount *limit, const QuotaAmount *used, const QuotaAmount *need,
                     QuotaResource *ret_resource)
{
    for (int r = 0; r < QUOTA_COUNT; r++) {
        if (limit->of[r] > 0 && need->of[r] > 0 && used->of[r] + need->of[r] > limit->of[r]) {
            *ret_resource = (QuotaResource)r;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean quota_exceeds(const QuotaAmount *limit, const QuotaAmount *need, QuotaResource *ret_resource)
{
    static const QuotaAmount nothing;
    return quota_lacks(limit, &nothing, need, ret_resource);
}

// The largest part of any quota that the user has: of the host's where there is a limit, else of its own.
static double share_of(const Situation *situation, const char *user)
{
    const QuotaUse use = quota_sum(situation->uses, situation->use_count, user);
    double share = 0;
    for (int r = 0; r < QUOTA_COUNT; r++) {
        const gint64 host = situation->limits->host.of[r];
        const gint64 limit = host > 0 ? host : situation->limits->user.of[r];
        if (limit > 0)
            share = MAX(share, (double)use.amount.of[r] / (double)limit);
    }
    return share;
}

static gboolean never_fits(const QuotaLimits *limits, QuotaWaiter *waiter)
{
    return quota_exceeds(&limits->host, &waiter->need, &waiter->resource) ||
           quota_exceeds(&limits->user, &waiter->need, &waiter->resource);
}

static gboolean holds_front(const Place *place)
{
    return place->first && place->waiter->overtaken >= QUOTA_PATIENCE;
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Place *one = a, *other = b;
    const gboolean never = one->waiter->verdict == QUOTA_NEVER_FITS;
    const gboolean other_never = other->waiter->verdict == QUOTA_NEVER_FITS;
    if (never != other_never)
        return never - other_never;
    if (holds_front(one) != holds_front(other))
        return holds_front(other) - holds_front(one);
    if (!holds_front(one) && one->share != other->share)
        return one->share < other->share ? -1 : 1;
    return one->waiter->number < other->waiter->number ? -1 : one->waiter->number > other->waiter->number;
}

static gboolean is_first(const QuotaWaiter *waiters, gsize count, const QuotaWaiter *waiter)
{
    for (gsize i = 0; i < count; i++)
        if (waiters[i].verdict != QUOTA_NEVER_FITS && waiters[i].number < waiter->number &&
            strcmp(waiters[i].user, waiter->user) == 0)
            return FALSE;
    return waiter->verdict != QUOTA_NEVER_FITS;
}

static Place *places_of(const Situation *situation, QuotaWaiter *waiters, gsize count)
{
    Place *places = g_new0(Place, count);
    for (gsize i = 0; i < count; i++) {
        waiters[i].behind = NULL;
        waiters[i].overtaken_now = FALSE;
        waiters[i].verdict = never_fits(situation->limits, &waiters[i]) ? QUOTA_NEVER_FITS : QUOTA_FITS;
    }
    for (gsize i = 0; i < count; i++) {
        places[i].waiter = &waiters[i];
        places[i].first = is_first(waiters, count, &waiters[i]);
        places[i].share = share_of(situation, waiters[i].user);
    }
    if (count > 0)
        qsort(places, count, sizeof *places, compare);
    for (gsize i = 0; i < count; i++)
        places[i].waiter->position = (guint)i + 1;
    return places;
}

static gboolean lacks_now(gint64 limit, gint64 used, gint64 need)
{
    return limit > 0 && need > 0 && used + need > limit;
}

static void judge(const Situation *situation, QuotaWaiter *waiter)
{
    const QuotaUse own = quota_sum(situation->uses, situation->use_count, waiter->user);
    if (waiter->verdict == QUOTA_NEVER_FITS)
        return;
    if (quota_lacks(&situation->limits->user, &own.amount, &waiter->need, &waiter->resource))
        waiter->verdict = QUOTA_USER_FULL;
    else if (quota_lacks(&situation->limits->host, &situation->host.amount, &waiter->need, &waiter->resource))
        waiter->verdict = QUOTA_HOST_FULL;
    else
        waiter->verdict = QUOTA_FITS;
}

// TRUE if @waiter, judged, lacks something once @next has taken its part of it. What a full quota of its own
// user keeps from it, nobody else can take.
static gboolean takes_from(const Situation *situation, const QuotaWaiter *next, const QuotaWaiter *waiter)
{
    const QuotaUse own = quota_sum(situation->uses, situation->use_count, waiter->user);
    const gboolean same = strcmp(next->user, waiter->user) == 0;
    for (int r = 0; r < QUOTA_COUNT; r++) {
        const gint64 need = waiter->need.of[r], taken = next->need.of[r];
        if (taken == 0)
            continue;
        if (waiter->verdict != QUOTA_USER_FULL &&
            lacks_now(situation->limits->host.of[r], situation->host.amount.of[r] + taken, need))
            return TRUE;
        if (same && lacks_now(situation->limits->user.of[r], own.amount.of[r] + taken, need))
            return TRUE;
    }
    return FALSE;
}

// The job at the front that the one at @index must let go first.
static const char *before(const Situation *situation, const Place *places, gsize index)
{
    for (gsize i = 0; i < index; i++)
        if (holds_front(&places[i]) && takes_from(situation, places[index].waiter, places[i].waiter))
            return places[i].waiter->job;
    return NULL;
}

static void mark_overtaken(const Situation *situation, Place *places, gsize count, const QuotaWaiter *next)
{
    for (gsize i = 0; i < count; i++) {
        QuotaWaiter *waiter = places[i].waiter;
        if (!places[i].first || waiter->number >= next->number)
            continue;
        judge(situation, waiter); // those behind the next one were not judged yet
        waiter->overtaken_now = takes_from(situation, next, waiter);
    }
}

gssize quota_queue_next(const QuotaLimits *limits, const QuotaUse *uses, gsize use_count,
                        QuotaWaiter *waiters, gsize waiter_count)
{
    const Situation situation = { limits, uses, use_count, quota_sum(uses, use_count, NULL) };
    g_autofree Place *places = places_of(&situation, waiters, waiter_count);
    for (gsize i = 0; i < waiter_count; i++) {
        QuotaWaiter *waiter = places[i].waiter;
        judge(&situation, waiter);
        waiter->behind = waiter->verdict == QUOTA_FITS ? before(&situation, places, i) : NULL;
        if (waiter->behind)
            waiter->verdict = QUOTA_BEHIND;
        if (waiter->verdict != QUOTA_FITS)
            continue;
        mark_overtaken(&situation, places, waiter_count, waiter);
        return waiter - waiters;
    }
    return -1;
}
