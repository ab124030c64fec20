// SPDX-License-Identifier: GPL-3.0-or-later
// What this daemon is and whether it can work.
#include "daemon/install/provenance.h"
#include "daemon/service/service_parts.h"

json_object *service_version(Daemon *daemon)
{
    json_object *version = json_object_new_object(), *libvirt = json_object_new_object();
    json_object *limits = json_object_new_object();
    g_autofree char *hypervisor = vm_connection_hypervisor(daemon->libvirt);
    g_autofree char *libvirt_version = vm_connection_version(daemon->libvirt);
    json_add_text(version, "version", SEVEND_VERSION);
    json_object_object_add(version, "api", json_object_new_int(1));
    json_add_text(libvirt, "uri", daemon->config->uri);
    json_object_object_add(libvirt, "connected",
                           json_object_new_boolean(vm_connection_is_alive(daemon->libvirt)));
    json_add_text(libvirt, "version", libvirt_version);
    json_add_text(libvirt, "hypervisor", hypervisor);
    json_object_object_add(version, "libvirt", libvirt);
    json_add_text(version, "virt_type", vm_connection_virt_type(daemon->libvirt, NULL));
    json_object_object_add(limits, "installs", json_object_new_int((int)daemon->config->installs));
    json_object_object_add(limits, "machines", json_object_new_int((int)daemon->config->machines));
    json_object_object_add(limits, "connections", json_object_new_int((int)daemon->config->connections));
    json_object_object_add(version, "limits", limits);
    json_object_object_add(version, "guest", provenance_guest_files(daemon, NULL));
    return version;
}

gboolean service_ready(Daemon *daemon, char **ret_detail)
{
    guint count = 0;
    g_autoptr(GError) error = NULL;
    if (!store_machine_count(daemon->store, &count, &error))
        *ret_detail = g_strdup(error->message);
    else if (!vm_connection_is_alive(daemon->libvirt))
        *ret_detail = g_strdup_printf("libvirt at %s does not answer", daemon->config->uri);
    else
        return TRUE;
    return FALSE;
}
