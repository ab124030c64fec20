// SPDX-License-Identifier: GPL-3.0-or-later
// What a clone takes of quotas, before there is one: as its image's definition and disk say.
#include <string.h>

#include "daemon/images/image_files.h"
#include "daemon/images/images.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/domain_clone.h"
#include "daemon/vm/storage.h"

#define GIB (1024ull * 1024 * 1024)

gboolean clone_size(Daemon *daemon, const StoreImage *image, json_object *hardware, CloneSize *ret_size,
                    GError **error)
{
    CloneSize size = { 0, 0, 0 };
    guint64 bytes = 0;
    if (strcmp(image->state, "ready") != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "image \"%s\" is not ready", image->name);
        return FALSE;
    }
    g_autofree char *volume = machine_disk_volume(daemon, image->uuid);
    g_autofree char *xml = image_definition_read(daemon, image->uuid, error);
    if (!xml || !domain_clone_size(xml, &size.vcpus, &size.memory_mib, error) ||
        !storage_volume_capacity(daemon->libvirt, daemon->config->pool, volume, &bytes, error))
        return FALSE;
    size.disk_gib = (guint)((bytes + GIB - 1) / GIB);
    if (hardware) {
        size.vcpus = (guint)json_int_member(hardware, "vcpus", size.vcpus);
        size.memory_mib = (guint)json_int_member(hardware, "memory_mib", size.memory_mib);
    }
    *ret_size = size;
    return TRUE;
}
