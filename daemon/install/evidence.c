// SPDX-License-Identifier: GPL-3.0-or-later
// Keeping evidence of a failed install in the machine's folder.
#include "daemon/install/evidence.h"

#include <string.h>

#include "common/files.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/domain.h"

static void keep_screenshot(Daemon *daemon, const char *uuid)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) png = domain_screenshot(daemon->libvirt, uuid, &error);
    g_autofree char *path = machine_file(daemon, uuid, MACHINE_FILE_SCREENSHOT);
    gsize length = 0;
    const void *bytes = png ? g_bytes_get_data(png, &length) : NULL;
    if (!png || !file_write_atomic(path, bytes, length, 0644, &error))
        g_message("machine %s: no screenshot kept: %s", uuid, error->message);
}

static void keep_domain_xml(Daemon *daemon, const char *uuid)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = domain_live_xml(daemon->libvirt, uuid, &error);
    g_autofree char *path = machine_file(daemon, uuid, MACHINE_FILE_DOMAIN);
    if (!xml || !file_write_atomic(path, xml, strlen(xml), 0644, &error))
        g_message("machine %s: no domain XML kept: %s", uuid, error->message);
}

void evidence_keep(Daemon *daemon, const char *uuid)
{
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(daemon->libvirt, uuid, &power, NULL) || power == DOMAIN_GONE || power == DOMAIN_OFF)
        return;
    keep_screenshot(daemon, uuid);
    keep_domain_xml(daemon, uuid);
}
