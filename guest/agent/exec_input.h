// SPDX-License-Identifier: GPL-3.0-or-later
// A command's standard input, on its way from the host to a pipe. The session's thread puts bytes in, the
// command's thread takes them out; a program that reads nothing holds up neither.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "guest/wire.h"

struct exec_input {
    CRITICAL_SECTION lock;
    HANDLE pipe; // overlapped; NULL where there is no input, or once it is at its end
    OVERLAPPED write;
    DWORD writing; // bytes of the write that is under way
    size_t head, used;
    bool ended;
    uint8_t ring[WIRE_WINDOW];
};

// pipe: of pipe_serve_input(); now the input's. False when memory is out.
bool exec_input_init(struct exec_input *input, HANDLE pipe);
// Takes what a STDIN frame brought; no bytes: the end. False when the host has sent more than it may.
bool exec_input_put(struct exec_input *input, const uint8_t *bytes, size_t length);
// Moves bytes towards the program. Returns how many the host may send anew.
DWORD exec_input_pump(struct exec_input *input);
void exec_input_close(struct exec_input *input);
