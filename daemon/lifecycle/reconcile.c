// SPDX-License-Identifier: GPL-3.0-or-later
// After a start: what the store does not own goes. Every row is there before the first thing that it owns and
// is deleted after the last, so whatever has no row is left over from a crash. Only things that carry this
// daemon's instance are touched.
#include <string.h>

#include "common/files.h"
#include "daemon/images/images.h"
#include "daemon/install/machine_files.h"
#include "daemon/library/boot_disc_cache.h"
#include "daemon/library/driver_packages.h"
#include "daemon/library/exports.h"
#include "daemon/library/job_evidence.h"
#include "daemon/library/upload.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/service/file_disc.h"
#include "daemon/vm/disk_backup.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/storage.h"

// Images own a volume and a folder as machines do.
static gboolean add_images(Daemon *daemon, GHashTable *owned)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) images = store_image_list(daemon->store, NULL, G_MAXINT32, &error);
    if (!images)
        g_warning("reconciliation: %s; nothing removed", error->message);
    for (guint i = 0; images && i < images->len; i++) {
        const StoreImage *image = images->pdata[i];
        if (!g_hash_table_contains(owned, image->uuid))
            g_hash_table_insert(owned, g_strdup(image->uuid), g_strdup("image"));
    }
    return images != NULL;
}

// uuid → state of every machine, and of every image; NULL (with a warning) if the store cannot tell, and then
// nothing may be removed.
static GHashTable *owned_machines(Daemon *daemon)
{
    g_autoptr(GHashTable) owned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *after = NULL;
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) page = store_machine_list(daemon->store, NULL, after, 200, &error);
        if (!page) {
            g_warning("reconciliation: %s; nothing removed", error->message);
            return NULL;
        }
        for (guint i = 0; i < page->len; i++) {
            const StoreMachine *machine = page->pdata[i];
            g_hash_table_insert(owned, g_strdup(machine->uuid), g_strdup(machine->state));
            g_free(after);
            after = g_strdup(machine->name);
        }
        if (page->len < 200)
            return add_images(daemon, owned) ? g_steal_pointer(&owned) : NULL;
    }
}

static void forget_secrets(Daemon *daemon, const char *uuid)
{
    g_autoptr(GError) error = NULL;
    if (!machine_files_forget_secrets(daemon, uuid, &error))
        g_warning("machine %s: %s", uuid, error->message);
}

static void reconcile_folders(Daemon *daemon, GHashTable *owned)
{
    g_autofree char *folder = g_build_filename(daemon->config->state, "machines", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *uuid;
    while (dir && (uuid = g_dir_read_name(dir))) {
        const char *state = g_hash_table_lookup(owned, uuid);
        g_autoptr(GError) error = NULL;
        if (!state && !machine_files_remove(daemon, uuid, &error))
            g_warning("reconciliation: %s", error->message);
        else if (!state)
            g_message("reconciliation: removed the files of machine %s, which is in no row", uuid);
        else if (strcmp(state, "ready") == 0)
            forget_secrets(daemon, uuid);
    }
}

void reconcile_files(Daemon *daemon)
{
    image_sweep(daemon);
    g_autoptr(GHashTable) owned = owned_machines(daemon);
    if (owned)
        reconcile_folders(daemon, owned);
    boot_disc_cache_clean(daemon, TRUE);
    export_sweep(daemon);
    upload_sweep(daemon->uploads, daemon->config->discs, UPLOAD_KEPT_SECONDS);
    upload_sweep(daemon->uploads, daemon->config->drivers, UPLOAD_KEPT_SECONDS);
    g_autofree char *imports = g_build_filename(daemon->config->state, UPLOAD_IMAGES_FOLDER, NULL);
    upload_sweep(daemon->uploads, imports, UPLOAD_KEPT_SECONDS);
    driver_package_sweep(daemon, NULL);
    job_evidence_sweep_unfinished(daemon);
    file_disc_sweep(daemon);
}

static void reconcile_domains(Daemon *daemon, char **uuids, GHashTable *owned)
{
    for (gsize i = 0; uuids && uuids[i]; i++) {
        g_autoptr(GError) failure = NULL;
        if (g_hash_table_contains(owned, uuids[i]))
            continue;
        if (domain_destroy(daemon->libvirt, uuids[i], &failure) &&
            domain_undefine(daemon->libvirt, uuids[i], &failure))
            g_message("reconciliation: removed domain %s, which is in no row", uuids[i]);
        else
            g_warning("reconciliation: domain %s: %s", uuids[i], failure->message);
    }
}

// Files on their way when a daemon was killed: nobody waits for them any more, but their disc is still in the
// machine's drive, and libvirt still offers its disk.
static void reclaim_transfers(Daemon *daemon, char **uuids, GHashTable *owned)
{
    for (gsize i = 0; uuids && uuids[i]; i++) {
        g_autoptr(GError) error = NULL;
        if (!g_hash_table_contains(owned, uuids[i]))
            continue;
        if (!disk_backup_end_abandoned(daemon->libvirt, uuids[i], &error))
            g_warning("reconciliation: %s", error->message);
        file_disc_eject_abandoned(daemon, uuids[i]);
    }
    daemon->transfers_reclaimed = TRUE;
}

// "sevend-<instance>-<uuid>…"
static gboolean volume_is_owned(const char *volume, const char *prefix, GHashTable *owned)
{
    g_autofree char *uuid = g_strndup(volume + strlen(prefix), 36);
    return g_hash_table_contains(owned, uuid);
}

static void reconcile_volumes(Daemon *daemon, char **volumes, GHashTable *owned)
{
    g_autofree char *prefix = machine_volume_prefix(daemon);
    for (gsize i = 0; volumes && volumes[i]; i++) {
        g_autoptr(GError) failure = NULL;
        if (!g_str_has_prefix(volumes[i], prefix) || volume_is_owned(volumes[i], prefix, owned))
            continue;
        if (storage_volume_delete(daemon->libvirt, daemon->config->pool, volumes[i], &failure))
            g_message("reconciliation: removed volume %s, which is in no row", volumes[i]);
        else
            g_warning("reconciliation: volume %s: %s", volumes[i], failure->message);
    }
}

void reconcile_libvirt(Daemon *daemon)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *target = g_build_filename(daemon->config->state, "volumes", NULL);
    if (!storage_pool_ensure(daemon->libvirt, daemon->config->pool, target, &error)) {
        g_warning("storage pool %s: %s", daemon->config->pool, error->message);
        return;
    }
    // What libvirt has first, the rows after: a machine that is made meanwhile is then in the rows at least,
    // and what is taken away meanwhile is merely taken away twice.
    g_auto(GStrv) uuids = domain_list_owned(daemon->libvirt, daemon->instance, &error);
    g_auto(GStrv) volumes = uuids ? storage_volume_list(daemon->libvirt, daemon->config->pool, &error) : NULL;
    if (!volumes) {
        g_warning("reconciliation: %s", error->message);
        return;
    }
    g_autoptr(GHashTable) owned = owned_machines(daemon);
    if (!owned)
        return;
    reconcile_domains(daemon, uuids, owned);
    if (!daemon->transfers_reclaimed)
        reclaim_transfers(daemon, uuids, owned);
    reconcile_volumes(daemon, volumes, owned);
}
