// SPDX-License-Identifier: GPL-3.0-or-later
// The pieces that domain_xml_build() puts together; private to domain_xml*.c and domain_clone.c.
#pragma once

#include "daemon/vm/domain_xml.h"
#include "daemon/vm/xml.h"

// sun_path of Linux's sockaddr_un has 108 bytes, one for the NUL.
#define DOMAIN_SOCKET_PATH_LIMIT 107

// Appends <metadata> to <domain>.
void domain_xml_add_metadata(xmlNode *domain, const char *machine, const char *instance);
// Appends to <features> what Windows is told of the hypervisor: nothing under emulation.
void domain_xml_add_hyperv(xmlNode *features, const char *virt_type);
// Sets the attributes of <cpu> and appends its <model>.
void domain_xml_add_processor_model(xmlNode *cpu, const char *virt_type);
// Each appends to <devices>.
void domain_xml_add_disks(xmlNode *devices, const DomainSpec *spec);
void domain_xml_add_controllers(xmlNode *devices);
void domain_xml_add_serial_ports(xmlNode *devices, const DomainSpec *spec);
void domain_xml_add_screen_and_input(xmlNode *devices, const DomainSpec *spec);
void domain_xml_add_sound(xmlNode *devices, const DomainSpec *spec);
// VM_ERROR_INVALID if one is not exactly one well-formed element.
gboolean domain_xml_add_extra_devices(xmlNode *devices, const DomainSpec *spec, GError **error);
