// SPDX-License-Identifier: GPL-3.0-or-later
// `sevend-agent --relay PIPES LINE`: started by the agent on the user's desktop, where it inherits no handles
// of the agent's; connects to the agent's pipes, starts the command line with them, waits for its end.
#pragma once

#include <wchar.h>

// pipes: the stem of pipe.h's names; without "STEM-in" standard input is empty. Returns the command's exit
// code, or, when it could not be started, RELAY_FAILED plus the Windows error.
int relay_run(const wchar_t *pipes, const wchar_t *line);

#define RELAY_FAILED 0x5EED0000
