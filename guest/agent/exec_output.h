// SPDX-License-Identifier: GPL-3.0-or-later
// What a command writes, on its way from a pipe to the outbox.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "guest/agent/outbox.h"
#include "guest/wire.h"

struct exec_output {
    HANDLE pipe; // NULL once closed
    uint16_t type;
    size_t pending; // length of the frame that found no room in the outbox yet
    uint8_t data[WIRE_DATA_MAX];
    uint8_t frame[WIRE_HEADER_SIZE + WIRE_FIELD_HEADER + WIRE_DATA_MAX];
};

// Moves output towards the host, of the command with the id. room: how much more may be on its way, lowered
// by what is taken from the pipe. True when something moved.
bool exec_output_pump(struct exec_output *output, struct outbox *outbox, uint32_t id, LONG *room);
// Whether something waits that the host has not taken.
bool exec_output_waits(const struct exec_output *output);
void exec_output_close(struct exec_output *output);
