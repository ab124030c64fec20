// SPDX-License-Identifier: GPL-3.0-or-later
// An image's definition without anything of the host that it was made on: what another host can make clones
// of, and what may be kept of a definition that comes from elsewhere. Pure: no libvirt call.
#pragma once

#include <glib.h>

// @xml: an image's definition. What is the host's goes: emulator, security labels, cgroup partition and
// tuning, processor pinning, metadata, disks' sources, the paths of COM1 and COM2 (which become placeholders
// that domain_clone_xml() replaces). The caller frees. VM_ERROR_INVALID with all that makes it no definition
// of a clone's: not exactly one disk, which must be qcow2, CD drives that are not raw, not the two serial
// ports. What is left must still pass the isolation rule (isolation.h): that is not judged here.
char *domain_portable_xml(const char *xml, GError **error);
