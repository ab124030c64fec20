// SPDX-License-Identifier: GPL-3.0-or-later
// Turning the machine off or restarting it.
#pragma once

#include <stdbool.h>
#include <windows.h>

// Asks Windows to shut down, closing programs by force. Returns ERROR_SUCCESS when it has begun, else a
// Windows error.
DWORD shutdown_machine(bool reboot);
