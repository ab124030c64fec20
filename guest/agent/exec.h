// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that the host has asked for: starts them, streams what they print, ends them at their time
// limit or on KILL, says how they ended. Each runs in a thread of its own; all of it is bounded.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "guest/agent/outbox.h"
#include "guest/wire.h"

#define EXEC_RUNNING_MAX        16u
#define EXEC_ARGS_MAX           256u
#define EXEC_TIMEOUT_DEFAULT_MS 3600000u
#define EXEC_TIMEOUT_MAX_MS     86400000u
// Exit codes of commands that the agent ended.
#define EXEC_EXIT_TIMED_OUT 124u
#define EXEC_EXIT_KILLED    137u

struct exec;

struct exec_table {
    CRITICAL_SECTION lock;
    struct outbox *outbox;
    struct exec *running[EXEC_RUNNING_MAX];
};

void exec_init(struct exec_table *table, struct outbox *outbox);

// Handles an EXEC frame: starts the command, or answers with an ERROR.
void exec_start(struct exec_table *table, const struct wire_frame *frame);

// Handles KILL: the command with the id is ended and sends its EXIT as ever. False when there is none.
bool exec_kill(struct exec_table *table, uint32_t id);

// Handles STDIN and ACK. What is for no running command is dropped: it may just have ended.
void exec_take_input(struct exec_table *table, const struct wire_frame *frame);
void exec_acknowledge(struct exec_table *table, const struct wire_frame *frame);

// Ends all commands and waits, at most wait_ms, until their threads are done.
void exec_kill_all(struct exec_table *table, DWORD wait_ms);
