// SPDX-License-Identifier: GPL-3.0-or-later
// See domain_clone.h.
#include "daemon/vm/domain_clone.h"

#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/domain_xml_parts.h"

static gboolean refuse(GError **error, const char *what)
{
    g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "the image's domain XML: %s", what);
    return FALSE;
}

static void take_away(xmlNode *element)
{
    xmlUnlinkNode(element);
    xmlFreeNode(element);
}

static void take_away_all(xmlNode *parent, const char *name)
{
    for (xmlNode *child = xml_find(parent, name); child; child = xml_find(parent, name))
        take_away(child);
}

// In the place of the first of that name, or at the end.
static xmlNode *replace(xmlNode *parent, const char *name, const char *text)
{
    xmlNode *element = xml_find(parent, name);

    if (element == NULL)
        return xml_add_text(parent, name, "%s", text);
    xmlNodeSetContent(element, NULL);
    xmlNodeAddContent(element, BAD_CAST text);
    return element;
}

// An image that was made under the other of the two: with what a machine that is installed here would have. A
// processor of KVM's cannot be emulated, and emulation's would be a slow one under KVM.
static void set_virt_type(xmlNode *domain, const char *virt_type)
{
    g_autofree char *was = xml_get(domain, "type");
    xmlNode *features = xml_find(domain, "features"), *cpu = xml_find(domain, "cpu");

    xml_set(domain, "type", virt_type, NULL);
    if (g_strcmp0(was, virt_type) == 0)
        return;
    if (features) {
        take_away_all(features, "hyperv");
        domain_xml_add_hyperv(features, virt_type);
    }
    for (xmlNode *part = cpu ? xml_first(cpu) : NULL, *next; part; part = next) {
        next = xml_next(part);
        if (!xml_is(part, "topology"))
            take_away(part);
    }
    if (cpu)
        domain_xml_add_processor_model(cpu, virt_type);
}

static void set_identity(xmlNode *domain, const DomainCloneSpec *spec)
{
    set_virt_type(domain, spec->virt_type);
    replace(domain, "name", spec->name);
    replace(domain, "uuid", spec->uuid);
    take_away_all(domain, "metadata");
    domain_xml_add_metadata(domain, spec->machine, spec->instance);
}

static void set_size(xmlNode *domain, const DomainCloneSpec *spec)
{
    if (spec->memory_mib > 0) {
        g_autofree char *memory = g_strdup_printf("%u", spec->memory_mib);
        take_away_all(domain, "currentMemory");
        xml_set(replace(domain, "memory", memory), "unit", "MiB", NULL);
    }
    if (spec->vcpus > 0) {
        g_autofree char *vcpus = g_strdup_printf("%u", spec->vcpus);
        g_autofree char *sockets = g_strdup_printf("%u", spec->sockets);
        g_autofree char *cores = g_strdup_printf("%u", spec->vcpus / spec->sockets);
        xmlNode *cpu = xml_find(domain, "cpu");
        xmlNode *topology = cpu ? xml_find(cpu, "topology") : NULL;
        replace(domain, "vcpu", vcpus);
        if (topology)
            xml_set(topology, "sockets", sockets, "cores", cores, "threads", "1", NULL);
    }
}

static gboolean is_cd(xmlNode *disk)
{
    g_autofree char *device = xml_get(disk, "device");
    return g_strcmp0(device, "cdrom") == 0;
}

static gboolean set_disks(xmlNode *devices, const DomainCloneSpec *spec, GError **error)
{
    guint disks = 0;

    for (xmlNode *disk = xml_first(devices); disk; disk = xml_next(disk)) {
        if (!xml_is(disk, "disk"))
            continue;
        take_away_all(disk, "source");
        take_away_all(disk, "backingStore");
        if (is_cd(disk)) {
            xml_set(disk, "type", "file", NULL);
            continue;
        }
        disks++;
        xml_set(disk, "type", "volume", NULL);
        xml_set(xml_add(disk, "source"), "pool", spec->pool, "volume", spec->volume, NULL);
    }
    return disks == 1 || refuse(error, "it has not exactly one disk");
}

// COM1 and COM2, as domain_xml_add_serial_ports() made them.
static gboolean set_ports(xmlNode *devices, const DomainCloneSpec *spec, GError **error)
{
    guint logs = 0, sockets = 0;

    take_away_all(devices, "console"); // libvirt's copy of COM1; it makes a new one
    for (xmlNode *port = xml_first(devices); port; port = xml_next(port)) {
        xmlNode *log = xml_is(port, "serial") ? xml_find(port, "log") : NULL;
        xmlNode *source = xml_is(port, "serial") ? xml_find(port, "source") : NULL;
        if (log) {
            xml_set(log, "file", spec->com1_log, NULL);
            logs++;
        } else if (source) {
            xml_set(source, "path", spec->com2_socket, NULL);
            sockets++;
        }
    }
    return (logs == 1 && sockets == 1) || refuse(error, "it has not the two serial ports");
}

char *domain_clone_xml(const char *xml, const DomainCloneSpec *spec, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(xml, error);
    if (document == NULL)
        return NULL;
    xmlNode *domain = xmlDocGetRootElement(document);
    xmlNode *devices = xml_is(domain, "domain") ? xml_find(domain, "devices") : NULL;
    if (devices == NULL) {
        refuse(error, "it has no devices");
        return NULL;
    }
    if (strlen(spec->com2_socket) > DOMAIN_SOCKET_PATH_LIMIT) {
        refuse(error, "the path of COM2 is longer than 107 bytes, the limit of a Unix socket");
        return NULL;
    }
    set_identity(domain, spec);
    set_size(domain, spec);
    if (!set_disks(devices, spec, error) || !set_ports(devices, spec, error))
        return NULL;
    return xml_document_text(document);
}

// libvirt writes memory in KiB, and takes other units [D: formatdomain, memory]: one that is not known here
// must not make a large machine look small.
static gboolean memory_of(xmlNode *memory, guint *ret_mib, GError **error)
{
    static const struct {
        const char *unit;
        guint64 kib;
    } units[] = { { "KiB", 1 }, { "MiB", 1024 }, { "GiB", 1024 * 1024 } };
    g_autofree char *unit = xml_get(memory, "unit");
    xmlChar *text = xmlNodeGetContent(memory);
    const guint64 number = g_ascii_strtoull((const char *)text, NULL, 10);
    xmlFree(text);
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_strcmp0(unit ? unit : "KiB", units[i].unit) == 0 && number > 0 && number < G_MAXUINT) {
            *ret_mib = (guint)((number * units[i].kib + 1023) / 1024);
            return TRUE;
        }
    }
    return refuse(error, "its memory is no number of KiB, MiB or GiB");
}

gboolean domain_clone_size(const char *xml, guint *ret_vcpus, guint *ret_memory_mib, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(xml, error);
    if (document == NULL)
        return FALSE;
    xmlNode *domain = xmlDocGetRootElement(document);
    xmlNode *memory = xml_find(domain, "memory"), *vcpu = xml_find(domain, "vcpu");
    if (memory == NULL || vcpu == NULL)
        return refuse(error, "it does not say how much memory and how many processors there are");
    xmlChar *count = xmlNodeGetContent(vcpu);
    *ret_vcpus = (guint)g_ascii_strtoull((const char *)count, NULL, 10);
    xmlFree(count);
    return memory_of(memory, ret_memory_mib, error);
}
