// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of a machine whose install failed, before its domain and disk are taken away: the screen and
// the XML that ran. (COM1's log and the masked answer file lie in the machine's folder already.)
#pragma once

#include "daemon/daemon.h"

// Best effort: what cannot be had is logged.
void evidence_keep(Daemon *daemon, const char *uuid);
