// SPDX-License-Identifier: GPL-3.0-or-later
// The Windows service "sevend-agent": being one, and installing it.
#pragma once

// Connects to the service control manager and serves until it says stop. Returns a Windows error when this
// process was not started by it.
int service_run(void);

// Creates the service for this very executable (`"<path>" --service`, automatic start, LocalSystem) or
// corrects an existing one, allows services three minutes to come up at a boot (30 s is Windows' own limit),
// then starts it. A start that fails is only told on standard error: the next boot starts it anyway. Returns
// 0 or a Windows error.
int service_install(void);
