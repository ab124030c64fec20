// SPDX-License-Identifier: GPL-3.0-or-later
// The domain XML of a machine whose hardware is another one's: what libvirt had of that, with an identity, a
// disk and ports of its own. Everything that Windows sees as a device stays where it was (machine type of
// that day, PCI addresses), so that Windows finds nothing new. Pure: no libvirt call.
#pragma once

#include <glib.h>

typedef struct {
    const char *name, *uuid;
    const char *machine, *instance;   // for <metadata>, as in DomainSpec
    const char *virt_type;            // "kvm" or "qemu": this host's
    guint vcpus, sockets, memory_mib; // 0: as they were
    const char *pool, *volume;
    const char *com1_log, *com2_socket;
} DomainCloneSpec;

// What such a definition gives its machine. FALSE with VM_ERROR_INVALID if it does not say.
gboolean domain_clone_size(const char *xml, guint *ret_vcpus, guint *ret_memory_mib, GError **error);
// @xml: a definition that domain_xml_build() began with. Its CD drives are empty in the result. The caller
// frees. VM_ERROR_INVALID if it is no such XML, or a path is too long. Isolation is not judged here.
char *domain_clone_xml(const char *xml, const DomainCloneSpec *spec, GError **error);
