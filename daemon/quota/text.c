// SPDX-License-Identifier: GPL-3.0-or-later
// See text.h.
#include "daemon/quota/text.h"

static const struct {
    const char *member, *pointer;
    const char *noun;   // "waits for …"
    const char *format; // of an amount
    const char *unit;   // "3 of 4 …"
} resources[QUOTA_COUNT] = {
    [QUOTA_MACHINES] = { "machines", "", "a machine's place", "%" G_GINT64_FORMAT " machines", "places" },
    [QUOTA_VCPUS] = { "vcpus", "/hardware/vcpus", "processors", "%" G_GINT64_FORMAT " processors",
                      "processors" },
    [QUOTA_MEMORY] = { "memory_mib", "/hardware/memory_mib", "memory", "%" G_GINT64_FORMAT " MiB of memory",
                       "MiB" },
    [QUOTA_DISK] = { "disk_gib", "/hardware/disk_gib", "disk space", "%" G_GINT64_FORMAT " GiB of disk",
                     "GiB" },
    [QUOTA_INSTALLS] = { "installs", "", "an install to end", "%" G_GINT64_FORMAT " installs", "installs" },
};

const char *quota_resource_member(QuotaResource resource)
{
    return resources[resource].member;
}

const char *quota_resource_pointer(QuotaResource resource)
{
    return resources[resource].pointer;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" // the table above has the formats
char *quota_amount_text(QuotaResource resource, gint64 amount)
{
    return g_strdup_printf(resources[resource].format, amount);
}
#pragma GCC diagnostic pop

// Processors and memory are in use by machines that run, the rest by all.
static char *by_text(QuotaResource resource, const QuotaUse *use)
{
    const gboolean power = resource == QUOTA_VCPUS || resource == QUOTA_MEMORY;
    const gint64 machines = power ? use->running : use->amount.of[QUOTA_MACHINES];
    if (resource == QUOTA_MACHINES || resource == QUOTA_INSTALLS)
        return g_strdup("");
    return g_strdup_printf(" by %" G_GINT64_FORMAT " machine%s", machines, machines == 1 ? "" : "s");
}

static char *full_text(const QuotaLimits *limits, const QuotaUse *uses, gsize use_count,
                       const QuotaWaiter *waiter)
{
    const gboolean own = waiter->verdict == QUOTA_USER_FULL;
    const QuotaResource r = waiter->resource;
    const gint64 limit = own ? limits->user.of[r] : limits->host.of[r], need = waiter->need.of[r];
    const QuotaUse use = quota_sum(uses, use_count, own ? waiter->user : NULL);
    g_autofree char *by = by_text(r, &use);
    g_autofree char *whose = own ? g_strdup_printf(" of %s", waiter->user) : g_strdup("");
    g_autofree char *needs = need > 1 ? g_strdup_printf("; %" G_GINT64_FORMAT " are needed", need) : NULL;
    return g_strdup_printf("waits for %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                           " %s%s are in use%s%s; position %u",
                           resources[r].noun, use.amount.of[r], limit, resources[r].unit, whose, by,
                           needs ? needs : "", waiter->position);
}

static char *never_text(const QuotaLimits *limits, const QuotaWaiter *waiter)
{
    const QuotaResource r = waiter->resource;
    const gint64 host = limits->host.of[r], need = waiter->need.of[r];
    const gboolean own = !(host > 0 && need > host);
    g_autofree char *needs = quota_amount_text(r, need);
    g_autofree char *quota = quota_amount_text(r, own ? limits->user.of[r] : host);
    return g_strdup_printf("cannot begin: it needs %s, and the quota%s is %s; cancel it, or raise the quota",
                           needs, own ? " of a user" : "", quota);
}

char *quota_waiting_text(const QuotaLimits *limits, const QuotaUse *uses, gsize use_count,
                         const QuotaWaiter *waiter)
{
    switch (waiter->verdict) {
    case QUOTA_NEVER_FITS:
        return never_text(limits, waiter);
    case QUOTA_BEHIND:
        return g_strdup_printf("waits behind job %s, which others have overtaken often enough; position %u",
                               waiter->behind, waiter->position);
    case QUOTA_HOST_FULL:
    case QUOTA_USER_FULL:
        return full_text(limits, uses, use_count, waiter);
    case QUOTA_FITS:
        break;
    }
    return g_strdup_printf("is about to begin; position %u", waiter->position);
}
