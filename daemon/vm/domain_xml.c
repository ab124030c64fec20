// SPDX-License-Identifier: GPL-3.0-or-later
// The domain but for its devices: name, processor, clock, power, metadata. Devices: domain_xml_devices.c and
// domain_xml_disks.c.
#include "daemon/vm/domain_xml.h"

#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/domain_xml_parts.h"

static gboolean refuse(GError **error, const char *what, const char *why)
{
    g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "domain XML: %s %s", what, why);
    return FALSE;
}

static gboolean check_text(const char *what, const char *text, GError **error)
{
    if (text == NULL || *text == '\0')
        return refuse(error, what, "is missing");
    if (!g_utf8_validate(text, -1, NULL))
        return refuse(error, what, "is not UTF-8");
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)) || g_utf8_get_char(at) >= 0xfffe)
            return refuse(error, what, "has a character that XML cannot hold");
    return TRUE;
}

static gboolean check_path(const char *what, const char *path, GError **error)
{
    if (!check_text(what, path, error))
        return FALSE;
    return *path == '/' || refuse(error, what, "is not an absolute path");
}

static gboolean check_word(const char *what, const char *word, const char *const *allowed, GError **error)
{
    return (word && g_strv_contains(allowed, word)) || refuse(error, what, "has an unknown value");
}

static gboolean check_words(const DomainSpec *spec, GError **error)
{
    static const char *const virt_types[] = { "kvm", "qemu", NULL };
    static const char *const architectures[] = { "amd64", "x86", NULL };
    static const char *const buses[] = { "sata", "virtio", NULL };
    static const char *const videos[] = { "std", "qxl", NULL };
    static const char *const sounds[] = { "none", "hda", NULL };

    return check_word("virt_type", spec->virt_type, virt_types, error) &&
           check_word("architecture", spec->architecture, architectures, error) &&
           check_word("disk_bus", spec->disk_bus, buses, error) &&
           check_word("video", spec->video, videos, error) && check_word("sound", spec->sound, sounds, error);
}

static gboolean check_spec(const DomainSpec *spec, GError **error)
{
    if (!check_text("name", spec->name, error) || !check_text("uuid", spec->uuid, error) ||
        !check_text("machine", spec->machine, error) || !check_text("instance", spec->instance, error) ||
        !check_text("pool", spec->pool, error) || !check_text("volume", spec->volume, error) ||
        !check_path("com1_log", spec->com1_log, error) ||
        !check_path("com2_socket", spec->com2_socket, error) || !check_words(spec, error))
        return FALSE;
    if (strlen(spec->com2_socket) > DOMAIN_SOCKET_PATH_LIMIT)
        return refuse(error, "com2_socket", "is longer than 107 bytes, the limit of a Unix socket");
    if (spec->boot_disc && !check_path("boot_disc", spec->boot_disc, error))
        return FALSE;
    if (spec->vendor_disc && !check_path("vendor_disc", spec->vendor_disc, error))
        return FALSE;
    if (spec->config_volume && (!check_text("config_pool", spec->config_pool, error) ||
                                !check_text("config_volume", spec->config_volume, error)))
        return FALSE;
    if (spec->vcpus == 0 || spec->sockets == 0 || spec->memory_mib == 0)
        return refuse(error, "vcpus, sockets and memory_mib", "must not be 0");
    if (spec->vcpus % spec->sockets != 0)
        return refuse(error, "vcpus", "is not a multiple of sockets");
    return TRUE;
}

void domain_xml_add_metadata(xmlNode *domain, const char *machine, const char *instance)
{
    xmlNode *element = xml_add(xml_add(domain, "metadata"), "machine");

    xmlSetNs(element, xmlNewNs(element, BAD_CAST DOMAIN_METADATA_NAMESPACE, BAD_CAST "sevend"));
    xml_set(element, "name", machine, "instance", instance, NULL);
}

static void add_boot(xmlNode *domain)
{
    xmlNode *os = xml_add(domain, "os");

    // x86 guests too: the emulator's architecture, not the guest's.
    xml_set(xml_add_text(os, "type", "hvm"), "arch", "x86_64", "machine", "q35", NULL);
    // The order is per device (domain_xml_disks.c); no menu that waits for a key.
    xml_set(xml_add(os, "bootmenu"), "enable", "no", NULL);
}

// The three that are known safe for Windows 7 (FACTS [P]); hv_passthrough has frozen BIOS guests
// (canonical/lxd #18536). Emulation has none of them.
void domain_xml_add_hyperv(xmlNode *features, const char *virt_type)
{
    if (strcmp(virt_type, "kvm") != 0)
        return;
    xmlNode *hyperv = xml_add(features, "hyperv");
    xml_set(xml_add(hyperv, "relaxed"), "state", "on", NULL);
    xml_set(xml_add(hyperv, "vapic"), "state", "on", NULL);
    xml_set(xml_add(hyperv, "spinlocks"), "state", "on", "retries", "8191", NULL);
}

static void add_features(xmlNode *domain, const DomainSpec *spec)
{
    xmlNode *features = xml_add(domain, "features");

    xml_add(features, "acpi");
    xml_add(features, "apic");
    domain_xml_add_hyperv(features, spec->virt_type);
    // No guest of ours speaks VMware's I/O port.
    xml_set(xml_add(features, "vmport"), "state", "off", NULL);
}

// A named model in both cases, so that a machine looks the same on every host and after every host upgrade.
// - Emulation: qemu64. No SMAP, SMEP or AVX for TCG to emulate.
// - KVM: Nehalem, of Windows 7's own time: SSE4.2 and POPCNT for programs under test, and none of the
// features
//   that came later and that Windows 7 was never tried with (host-model and host-passthrough bring them all:
//   LA57, UMIP, PKU, AVX-512 …). QEMU gives the guest the host's vendor, so it serves AMD hosts too. A host
//   without SSE4.2 (before about 2011) refuses the start with a message that names the feature.
void domain_xml_add_processor_model(xmlNode *cpu, const char *virt_type)
{
    gboolean kvm = strcmp(virt_type, "kvm") == 0;

    xml_set(cpu, "mode", "custom", "match", "exact", "check", kvm ? "partial" : "none", NULL);
    xml_set(xml_add_text(cpu, "model", "%s", kvm ? "Nehalem" : "qemu64"), "fallback", "forbid", NULL);
}

static void add_processor(xmlNode *domain, const DomainSpec *spec)
{
    xmlNode *cpu = xml_add(domain, "cpu");
    g_autofree char *sockets = g_strdup_printf("%u", spec->sockets);
    g_autofree char *cores = g_strdup_printf("%u", spec->vcpus / spec->sockets);

    domain_xml_add_processor_model(cpu, spec->virt_type);
    // libvirt would make a socket of each; Home editions use one socket, the others two [D].
    xml_set(xml_add(cpu, "topology"), "sockets", sockets, "cores", cores, "threads", "1", NULL);
}

static void add_clock(xmlNode *domain)
{
    static const char *const timers[][3] = {
        { "rtc", "tickpolicy", "catchup" },
        { "pit", "tickpolicy", "delay" },
        { "hpet", "present", "no" },
    };
    xmlNode *clock = xml_add(domain, "clock");

    xml_set(clock, "offset", "localtime", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(timers); i++)
        xml_set(xml_add(clock, "timer"), "name", timers[i][0], timers[i][1], timers[i][2], NULL);
}

static void add_power(xmlNode *domain)
{
    xml_add_text(domain, "on_poweroff", "destroy");
    // Setup reboots twice.
    xml_add_text(domain, "on_reboot", "restart");
    xml_add_text(domain, "on_crash", "destroy");
    // Windows sleeps after half an hour without input; a machine that waits for work must not.
    xmlNode *pm = xml_add(domain, "pm");
    xml_set(xml_add(pm, "suspend-to-mem"), "enabled", "no", NULL);
    xml_set(xml_add(pm, "suspend-to-disk"), "enabled", "no", NULL);
}

static gboolean add_devices(xmlNode *domain, const DomainSpec *spec, GError **error)
{
    xmlNode *devices = xml_add(domain, "devices");

    domain_xml_add_disks(devices, spec);
    domain_xml_add_controllers(devices);
    domain_xml_add_serial_ports(devices, spec);
    domain_xml_add_screen_and_input(devices, spec);
    domain_xml_add_sound(devices, spec);
    // libvirt adds a balloon unless told so.
    xml_set(xml_add(devices, "memballoon"), "model", "none", NULL);
    return domain_xml_add_extra_devices(devices, spec, error);
}

char *domain_xml_build(const DomainSpec *spec, GError **error)
{
    if (!check_spec(spec, error))
        return NULL;

    g_autoptr(XmlDocument) document = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *domain = xmlNewNode(NULL, BAD_CAST "domain");
    xmlDocSetRootElement(document, domain);
    xml_set(domain, "type", spec->virt_type, NULL);
    xml_add_text(domain, "name", "%s", spec->name);
    xml_add_text(domain, "uuid", "%s", spec->uuid);
    domain_xml_add_metadata(domain, spec->machine, spec->instance);
    xml_set(xml_add_text(domain, "memory", "%u", spec->memory_mib), "unit", "MiB", NULL);
    xml_set(xml_add_text(domain, "vcpu", "%u", spec->vcpus), "placement", "static", NULL);
    add_boot(domain);
    add_features(domain, spec);
    add_processor(domain, spec);
    add_clock(domain);
    add_power(domain);
    if (!add_devices(domain, spec, error))
        return NULL;
    return xml_document_text(document);
}
