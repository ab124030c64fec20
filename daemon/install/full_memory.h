// SPDX-License-Identifier: GPL-3.0-or-later
// Machines with much memory are installed with less of it.
#pragma once

#include "daemon/install/install.h"

// At 4096 MiB Setup has lost mouse and keyboard [P: virt-manager #817].
#define INSTALL_MEMORY_MIB 3584u

// Memory while Setup runs.
guint install_memory_mib(const MachineRequest *request);
// Gives a machine that is installed the memory it was asked for: shuts it down, starts it anew, waits for its
// agent. Nothing if it has it. May be repeated after any interruption. @memory_mib: as requested.
gboolean install_full_memory(Job *job, guint memory_mib, GError **error);
