// SPDX-License-Identifier: GPL-3.0-or-later
// A file of a machine as its agent sends it, had whole on the host before any of it goes on. For small ones:
// its reader waits meanwhile. Private to daemon/service.
#pragma once

#include "daemon/service/service_parts.h"
#include "daemon/vm/agent_files.h"

// Reads @file to its end. Whole, unlinked, open for reading from its beginning: its descriptor, which the
// caller closes; or -1 with @error.
int file_collect(Daemon *daemon, AgentFile *file, GError **error);
