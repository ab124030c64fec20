// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of the first logon: runs the lines of a file one after the other, reports each over COM1 and
// keeps the state for the agent's hello.
#pragma once

#include <wchar.h>

// file: UTF-8, one command a line, CRLF or LF; empty lines do not count. A missing file is an
// empty list, an unreadable one fails with index 0. Each line runs
// as `cmd.exe /d /s /c "<line>"` with the caller's rights; what it prints goes to first-logon.log in the
// sevend folder. Stops at the first command whose exit code is not 0. Returns 0 when all succeeded, 1
// otherwise.
int run_list(const wchar_t *file);
