// SPDX-License-Identifier: GPL-3.0-or-later
// What quotas are, and what is in use of them.
#include "daemon/install/install.h"
#include "daemon/quota/gate.h"
#include "daemon/quota/text.h"
#include "daemon/vm/domain.h"

static GMutex admitting;

GMutex *quota_lock(void)
{
    return &admitting;
}

static QuotaAmount amount_of(const ConfigQuota *quota)
{
    return (QuotaAmount){ { [QUOTA_MACHINES] = quota->machines,
                            [QUOTA_VCPUS] = quota->vcpus,
                            [QUOTA_MEMORY] = quota->memory_mib,
                            [QUOTA_DISK] = quota->disk_gib } };
}

// Installs at a time are limited as they always were: then the queue for them is as fair as the others.
QuotaLimits quota_limits(const Config *config)
{
    QuotaLimits limits = { amount_of(&config->quota), amount_of(&config->quota_per_user) };
    limits.host.of[QUOTA_INSTALLS] = MAX(config->installs, 1);
    return limits;
}

QuotaAmount quota_amount_of_row(const StoreAmount *amount)
{
    return (QuotaAmount){ { [QUOTA_MACHINES] = amount->machines,
                            [QUOTA_VCPUS] = amount->vcpus,
                            [QUOTA_MEMORY] = amount->memory_mib,
                            [QUOTA_DISK] = amount->disk_gib,
                            [QUOTA_INSTALLS] = amount->installs } };
}

static void check_one(gint64 limit, const QuotaAmount *need, QuotaResource r, const char *whose,
                      const char *pointer, Faults *faults)
{
    if (limit == 0 || need->of[r] <= limit)
        return;
    g_autofree char *needs = quota_amount_text(r, need->of[r]);
    g_autofree char *most = quota_amount_text(r, limit);
    faults_add(faults, pointer ? pointer : quota_resource_pointer(r), "over-quota", NULL,
               "asks for %s, more than the quota%s, which is %s", needs, whose, most);
}

void quota_check_possible(const Config *config, const QuotaAmount *need, gboolean per_user,
                          const char *pointer, Faults *faults)
{
    const QuotaLimits limits = quota_limits(config);
    for (int r = 0; r < QUOTA_COUNT; r++) {
        const gint64 host = limits.host.of[r], user = per_user ? limits.user.of[r] : 0;
        // The smaller of the two says enough.
        if (user > 0 && (host == 0 || user < host))
            check_one(user, need, (QuotaResource)r, " of one user", pointer, faults);
        else
            check_one(host, need, (QuotaResource)r, " of the host", pointer, faults);
    }
}

gboolean quota_uses_read(Daemon *daemon, QuotaUses *ret_uses, GError **error)
{
    GPtrArray *rows = store_quota_use(daemon->store, install_job_kind.name, error);
    if (!rows)
        return FALSE;
    QuotaUse *uses = g_new0(QuotaUse, rows->len + 1);
    for (guint i = 0; i < rows->len; i++) {
        const StoreUse *row = rows->pdata[i];
        uses[i] = (QuotaUse){ .user = row->user,
                              .running = row->running,
                              .amount = quota_amount_of_row(&row->amount) };
    }
    *ret_uses = (QuotaUses){ rows, uses, rows->len };
    return TRUE;
}

void quota_uses_clear(QuotaUses *uses)
{
    g_clear_pointer(&uses->rows, g_ptr_array_unref);
    g_clear_pointer(&uses->uses, g_free);
}

// Rows first, libvirt after: what a job lets run meanwhile is busy in the rows.
gboolean quota_look_at_power(Daemon *daemon, GError **error)
{
    g_autoptr(GPtrArray) rows = store_quota_power(daemon->store, error);
    g_auto(GStrv) active = rows ? domain_list_active(daemon->libvirt, error) : NULL;
    gboolean ok = active != NULL;
    if (!ok)
        return FALSE;
    g_autoptr(GHashTable) running = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; active[i]; i++)
        g_hash_table_add(running, active[i]);
    for (guint i = 0; ok && i < rows->len; i++) {
        const StorePower *row = rows->pdata[i];
        const gboolean runs = g_hash_table_contains(running, row->uuid) || row->busy;
        if (runs != row->runs)
            ok = store_quota_set_runs(daemon->store, row->uuid, runs, error);
    }
    return ok;
}

QuotaAmount quota_need(guint vcpus, guint memory_mib, guint disk_gib)
{
    return (QuotaAmount){
        { [QUOTA_MACHINES] = 1, [QUOTA_VCPUS] = vcpus, [QUOTA_MEMORY] = memory_mib, [QUOTA_DISK] = disk_gib }
    };
}

char *quota_why_not(Daemon *daemon, const char *holder, const StoreMachine *machine)
{
    g_auto(QuotaUses) uses = { NULL, NULL, 0 };
    const QuotaLimits limits = quota_limits(daemon->config);
    const QuotaAmount need = quota_need(machine->vcpus, machine->memory_mib, machine->disk_gib);
    QuotaResource r = QUOTA_MACHINES;
    if (!quota_uses_read(daemon, &uses, NULL))
        return NULL;
    const QuotaUse own = quota_sum(uses.uses, uses.count, holder);
    if (!quota_lacks(&limits.user, &own.amount, &need, &r))
        return NULL;
    g_autofree char *used = quota_amount_text(r, own.amount.of[r]);
    g_autofree char *most = quota_amount_text(r, limits.user.of[r]);
    return g_strdup_printf("%s has %s, of a quota of %s", holder, used, most);
}
