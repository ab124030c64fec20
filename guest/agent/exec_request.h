// SPDX-License-Identifier: GPL-3.0-or-later
// Reads an EXEC frame into what CreateProcess needs. Checks everything, starts nothing.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>
#include <windows.h>

#include "guest/wire.h"

#define EXEC_CHANGES_MAX 128u

struct exec_request {
    wchar_t *line;
    wchar_t *cwd; // NULL: the agent's own
    DWORD timeout_ms;
    wchar_t *changes[EXEC_CHANGES_MAX]; // of the environment, "NAME=value"
    size_t change_count;
    bool on_desktop, has_input;
    LONG window; // bytes of output that may be on their way
};

// On failure returns false with a code and a message (both constant text) for the ERROR frame, and there is
// nothing to free.
bool exec_request_read(struct exec_request *request, const struct wire_frame *frame, const char **code,
                       const char **message);
void exec_request_free(struct exec_request *request);
