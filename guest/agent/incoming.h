// SPDX-License-Identifier: GPL-3.0-or-later
// A file that is being written into the guest: under a name of its own beside its final one, which it gets
// only when it is whole. A note in the sevend folder names it until then, so that an agent that starts anew
// removes what an earlier one left.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>
#include <windows.h>

struct incoming {
    HANDLE file;
    wchar_t *path, *part;
    wchar_t note[300]; // MACHINE_PATH_MAX
};

// Takes path, an absolute one, which is to be freed by incoming_free(). Makes the folders above it and
// reserves size bytes. Returns a Windows error, with nothing left but to incoming_free().
DWORD incoming_begin(struct incoming *incoming, uint32_t id, wchar_t *path, uint64_t size);
DWORD incoming_write(struct incoming *incoming, const void *bytes, DWORD length);
// Gives the file its times and its name. modified NULL: now.
DWORD incoming_commit(struct incoming *incoming, const FILETIME *modified);
// Removes what was not committed.
void incoming_free(struct incoming *incoming);

// Removes what earlier agents left.
void incoming_clean_up(void);
