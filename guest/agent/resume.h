// SPDX-License-Identifier: GPL-3.0-or-later
// Going on with the first-logon list after a restart between two of its commands.
#pragma once

#include <windows.h>

// If a position is recorded, waits (in a thread of its own) until somebody is logged on and the shell is up,
// then runs first-logon.cmd once, elevated, as that user. The event stop ends the waiting. Registry keys such
// as RunOnce would ask the user for consent instead [B].
void resume_first_logon(HANDLE stop);
