// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of the first logon: runs those of a file one after the other, reports each over COM1 and
// keeps the state for the agent's hello. Goes on behind a restart where it left off (resume.h starts it
// then).
#pragma once

#include <wchar.h>

// What run_list() returns.
enum {
    RUN_LIST_DONE = 0,
    RUN_LIST_FAILED = 1,
    RUN_LIST_REBOOTS = 2, // the machine restarts now, and the list goes on afterwards
    RUN_LIST_BUSY = 3,    // another process is at it
};

// file: UTF-8, CRLF or LF. The first line is "sevend-commands/1", then a line a command:
// "stop|continue no|yes <pointer> <command line>": whether a failure ends the list, whether the machine
// restarts after the command, and the JSON pointer of the setting, by which reports name it. Empty lines do
// not count. A missing file is an empty list; one that cannot be read or has another form fails with index 0
// before anything has run. Each command runs as `cmd.exe /d /s /c "<command line>"` with the caller's rights;
// what it prints goes to first-logon.log in the sevend folder. DISM's exit code 3010 (a restart is wanted)
// counts as success for pointers below "/features".
int run_list(const wchar_t *file);
