// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt's calls wait for QEMU without end, and a QEMU whose storage hangs (or that somebody has stopped
// with a signal) never answers: then whoever watches a machine would hang with it. This watches the watcher,
// and ends such a machine: killing QEMU gives the calls back.
#pragma once

#include "daemon/vm/connection.h"

typedef struct HypervisorWatch HypervisorWatch;

// @limit: µs that a round of calls may take.
HypervisorWatch *hypervisor_watch_new(VmConnection *libvirt, const char *uuid, gint64 limit);
void hypervisor_watch_free(HypervisorWatch *watch);
// Around each round of calls, by one thread.
void hypervisor_watch_enter(HypervisorWatch *watch);
void hypervisor_watch_leave(HypervisorWatch *watch);
// How many µs QEMU had not answered when the machine was ended for it; 0: it was not.
gint64 hypervisor_watch_hung(HypervisorWatch *watch);
