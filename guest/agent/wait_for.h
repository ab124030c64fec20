// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting in the guest for something that is not sevend's: a file, a process, a window.
#pragma once

#include <stdbool.h>
#include <wchar.h>

// @kind: "file" (a path), "process" (a program's file name, "setup.exe") or "window" (part of a visible
// window's title; on the desktop that the caller runs on). Without regard to case. @gone: until there is none
// any more. Blocks until it is so: 0; whoever wants a limit ends the process. 87 (ERROR_INVALID_PARAMETER)
// for another kind.
int wait_for(const wchar_t *kind, const wchar_t *name, bool gone);
