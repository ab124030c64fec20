// SPDX-License-Identifier: GPL-3.0-or-later
// See domain_portable.h.
#include "daemon/vm/domain_portable.h"

#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/xml.h"

// Absolute, as the isolation rule wants them, and of no host.
#define COM1_PLACEHOLDER "/sevend/com1.log"
#define COM2_PLACEHOLDER "/sevend/com2"

static void complain(GString *problems, const char *what)
{
    g_string_append_printf(problems, "%s%s", problems->len > 0 ? "; " : "", what);
}

static void take_away_all(xmlNode *parent, const char *name)
{
    for (xmlNode *child = xml_find(parent, name); child; child = xml_find(parent, name)) {
        xmlUnlinkNode(child);
        xmlFreeNode(child);
    }
}

static void take_away_attribute(xmlNode *element, const char *name)
{
    if (element)
        xmlUnsetProp(element, BAD_CAST name);
}

// libvirt looks at all of that name, where we would look at the first.
static guint count(xmlNode *parent, const char *name)
{
    guint found = 0;
    for (xmlNode *child = xml_first(parent); child; child = xml_next(child))
        found += xml_is(child, name);
    return found;
}

static gboolean has(xmlNode *element, const char *attribute, const char *value)
{
    g_autofree char *found = element ? xml_get(element, attribute) : NULL;
    return g_strcmp0(found, value) == 0;
}

// How a host runs it: of no use elsewhere, and nothing that a stranger may choose.
static void strip_host(xmlNode *domain, xmlNode *devices)
{
    static const char *const of_host[] = { "metadata",  "seclabel",    "resource", "cputune",
                                           "blkiotune", "memtune",     "numatune", "iothreads",
                                           "vcpus",     "iothreadids", NULL };
    for (gsize i = 0; of_host[i]; i++)
        take_away_all(domain, of_host[i]);
    take_away_attribute(xml_find(domain, "vcpu"), "cpuset");
    take_away_all(devices, "emulator");
    take_away_all(devices, "console"); // libvirt's copy of COM1
}

// Read as raw, a disk would let Windows write a qcow2 header of its own making, which names any file.
static void check_format(xmlNode *disk, const char *format, const char *what, GString *problems)
{
    xmlNode *driver = xml_find(disk, "driver");
    if (count(disk, "driver") != 1 || !has(driver, "name", "qemu") || !has(driver, "type", format))
        complain(problems, what);
}

static void strip_disk(xmlNode *disk, guint *disks, GString *problems)
{
    take_away_all(disk, "source");
    take_away_all(disk, "backingStore");
    if (has(disk, "device", "cdrom")) {
        xml_set(disk, "type", "file", NULL);
        check_format(disk, "raw", "it has a CD drive that is not raw", problems);
        return;
    }
    xml_set(disk, "type", "volume", NULL);
    xml_set(xml_add(disk, "source"), "pool", "sevend", "volume", "image", NULL);
    check_format(disk, "qcow2", "its disk is not qcow2", problems);
    (*disks)++;
}

static void strip_port(xmlNode *port, guint *com1, guint *com2)
{
    const gboolean is_com1 = has(port, "type", "pty") && xml_find(port, "log");
    const gboolean is_com2 = has(port, "type", "unix") && xml_find(port, "source");
    take_away_all(port, "source");
    take_away_all(port, "log");
    if (is_com1)
        xml_set(xml_add(port, "log"), "file", COM1_PLACEHOLDER, "append", "on", NULL);
    if (is_com2)
        xml_set(xml_add(port, "source"), "mode", "bind", "path", COM2_PLACEHOLDER, NULL);
    *com1 += is_com1;
    *com2 += is_com2;
}

static void strip_devices(xmlNode *devices, GString *problems)
{
    guint disks = 0, ports = 0, com1 = 0, com2 = 0;
    for (xmlNode *device = xml_first(devices); device; device = xml_next(device)) {
        if (xml_is(device, "disk")) {
            strip_disk(device, &disks, problems);
        } else if (xml_is(device, "serial")) {
            strip_port(device, &com1, &com2);
            ports++;
        }
    }
    if (disks != 1)
        complain(problems, "it has not exactly one disk");
    if (ports != 2 || com1 != 1 || com2 != 1)
        complain(problems, "it has not the two serial ports, COM1 with a log and COM2 as a socket");
}

char *domain_portable_xml(const char *xml, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(xml, error);
    if (document == NULL)
        return NULL;
    GString *problems = g_string_new(NULL);
    xmlNode *domain = xmlDocGetRootElement(document);
    xmlNode *devices = xml_is(domain, "domain") ? xml_find(domain, "devices") : NULL;
    if (devices == NULL || count(domain, "devices") != 1) {
        complain(problems, "it has no devices, or twice");
    } else {
        strip_host(domain, devices);
        strip_devices(devices, problems);
    }
    if (problems->len > 0)
        g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "the image's domain XML: %s", problems->str);
    const gboolean ok = problems->len == 0;
    g_string_free(problems, TRUE);
    return ok ? xml_document_text(document) : NULL;
}
