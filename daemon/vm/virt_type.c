// SPDX-License-Identifier: GPL-3.0-or-later
// virt_type = auto: KVM or emulation. Not the choice of a CPU model: that is domain_xml.c.
#include "daemon/vm/connection_parts.h"

#include <libvirt/virterror.h>
#include <string.h>

static gboolean is_local(const char *uri)
{
    g_autoptr(GUri) parsed = g_uri_parse(uri, G_URI_FLAGS_NON_DNS, NULL);
    const char *host = parsed ? g_uri_get_host(parsed) : NULL;

    return host == NULL || *host == '\0';
}

gboolean vm_connection_is_local(const VmConnection *connection)
{
    return is_local(connection->uri);
}

// TRUE if a flags line of @cpuinfo (the content of /proc/cpuinfo) has one of the words.
static gboolean has_flag(const char *cpuinfo, const char *const *words)
{
    const char *line = strstr(cpuinfo, "\nflags");
    const char *end = line ? strchr(line + 1, '\n') : NULL;
    g_autofree char *flags = end ? g_strndup(line, (gsize)(end - line)) : NULL;
    g_auto(GStrv) each = flags ? g_strsplit_set(flags, " \t:", -1) : NULL;

    for (; each && *words; words++)
        if (g_strv_contains((const char *const *)each, *words))
            return TRUE;
    return FALSE;
}

// libvirt offers kvm wherever /dev/kvm opens. In a guest whose hypervisor does not nest it opens as well, and
// the machine then hangs; the CPU's flags tell. Of another host only libvirt's word is to be had.
static gboolean cpu_can_virtualise(const char *uri)
{
    static const char *const flags[] = { "vmx", "svm", NULL };
    g_autofree char *cpuinfo = NULL;

    if (!is_local(uri))
        return TRUE;
    return g_file_get_contents("/proc/cpuinfo", &cpuinfo, NULL, NULL) && has_flag(cpuinfo, flags);
}

const char *virt_type_detect(virConnectPtr connect, const char *uri, GError **error)
{
    if (!cpu_can_virtualise(uri))
        return "qemu";
    char *capabilities = virConnectGetDomainCapabilities(connect, NULL, "x86_64", "q35", "kvm", 0);
    if (capabilities) {
        free(capabilities);
        return "kvm";
    }
    if (virConnectIsAlive(connect) != 1) {
        vm_error_set_libvirt(error, "asking libvirt whether it offers KVM");
        return NULL;
    }
    return "qemu";
}
