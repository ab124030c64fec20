// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation rule applied to one machine: on what is defined, and on what runs.
#pragma once

#include "daemon/daemon.h"
#include "daemon/vm/isolation.h"

// Checks the definition, the command line that it becomes, and the live XML if the machine runs. The caller
// frees.
IsolationReport *isolation_inspect(Daemon *daemon, const char *uuid, GError **error);
// As above; sets @error to the job error "isolation-violated" with every violation if the rule is broken.
gboolean isolation_gate(Daemon *daemon, const char *uuid, GError **error);
// Checks @xml, defines it, and applies the gate to what libvirt made of it. What breaks the rule in a way
// that libvirt's own additions bring stays defined: the caller undoes.
gboolean define_isolated(Daemon *daemon, const char *uuid, const char *xml, GError **error);
// Starts the machine halted, applies the gate, lets it run. TRUE also if it runs already and is isolated. A
// machine that breaks the rule is destroyed.
gboolean start_isolated(Daemon *daemon, const char *uuid, GError **error);
