// SPDX-License-Identifier: GPL-3.0-or-later
// The machine's devices other than disks: controllers, serial ports, screen, input, sound, and what an
// operator's template adds.
#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/domain_xml_parts.h"

void domain_xml_add_controllers(xmlNode *devices)
{
    // Windows 7 has drivers for AHCI and EHCI, none for xHCI. EHCI leaves full-speed devices to its
    // companions.
    static const char *const companions[][2] = {
        { "ich9-uhci1", "0" },
        { "ich9-uhci2", "2" },
        { "ich9-uhci3", "4" },
    };

    xml_set(xml_add(devices, "controller"), "type", "sata", "index", "0", NULL);
    xml_set(xml_add(devices, "controller"), "type", "usb", "index", "0", "model", "ich9-ehci1", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(companions); i++) {
        xmlNode *companion = xml_add(devices, "controller");
        xml_set(companion, "type", "usb", "index", "0", "model", companions[i][0], NULL);
        xml_set(xml_add(companion, "master"), "startport", companions[i][1], NULL);
    }
}

static void add_isa_serial(xmlNode *serial, const char *port)
{
    xmlNode *target = xml_add(serial, "target");

    xml_set(target, "type", "isa-serial", "port", port, NULL);
    xml_set(xml_add(target, "model"), "name", "isa-serial", NULL);
}

void domain_xml_add_serial_ports(xmlNode *devices, const DomainSpec *spec)
{
    // COM1: nobody need be at the pty; virtlogd keeps what the guest writes.
    xmlNode *com1 = xml_add(devices, "serial");
    xml_set(com1, "type", "pty", NULL);
    xml_set(xml_add(com1, "log"), "file", spec->com1_log, "append", "on", NULL);
    add_isa_serial(com1, "0");

    // COM2: QEMU listens, the daemon connects (agent.h).
    xmlNode *com2 = xml_add(devices, "serial");
    xml_set(com2, "type", "unix", NULL);
    xml_set(xml_add(com2, "source"), "mode", "bind", "path", spec->com2_socket, NULL);
    add_isa_serial(com2, "1");
}

void domain_xml_add_screen_and_input(xmlNode *devices, const DomainSpec *spec)
{
    xmlNode *tablet = xml_add(devices, "input");
    xml_set(tablet, "type", "tablet", "bus", "usb", NULL);

    // No listener of any kind; virDomainOpenGraphicsFD() still reaches it.
    xmlNode *graphics = xml_add(devices, "graphics");
    xml_set(graphics, "type", "vnc", NULL);
    xml_set(xml_add(graphics, "listen"), "type", "none", NULL);

    xmlNode *model = xml_add(xml_add(devices, "video"), "model");
    if (strcmp(spec->video, "qxl") == 0)
        xml_set(model, "type", "qxl", "heads", "1", NULL);
    else
        xml_set(model, "type", "vga", "vram", "16384", "heads", "1", NULL);
}

void domain_xml_add_sound(xmlNode *devices, const DomainSpec *spec)
{
    if (strcmp(spec->sound, "hda") == 0) {
        xmlNode *sound = xml_add(devices, "sound");
        xml_set(sound, "model", "ich9", NULL);
        // Plays only: no microphone.
        xml_set(xml_add(sound, "codec"), "type", "output", NULL);
    }
    // What the guest plays goes nowhere; never to the host's sound server.
    xml_set(xml_add(devices, "audio"), "id", "1", "type", "none", NULL);
}

static gboolean add_extra_device(xmlNode *devices, const char *text, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(text, error);

    if (document == NULL) {
        g_prefix_error(error, "extra device: ");
        return FALSE;
    }
    xmlNode *copy = xmlDocCopyNode(xmlDocGetRootElement(document), devices->doc, 1);
    if (copy == NULL)
        g_error("out of memory");
    xmlAddChild(devices, copy);
    return TRUE;
}

gboolean domain_xml_add_extra_devices(xmlNode *devices, const DomainSpec *spec, GError **error)
{
    for (gsize i = 0; spec->extra_devices && spec->extra_devices[i]; i++)
        if (!add_extra_device(devices, spec->extra_devices[i], error))
            return FALSE;
    return TRUE;
}
