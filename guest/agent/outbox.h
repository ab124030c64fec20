// SPDX-License-Identifier: GPL-3.0-or-later
// The frames that wait for COM2: filled by the threads of running commands and by the session, emptied by the
// session alone. Bounded, and nobody blocks in it: a command whose output finds no room holds it back, so
// that a host that does not read stops the output, not the time limits.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include "guest/wire.h"

#define OUTBOX_SIZE 262144u
// Left free by output frames for the answers, which end requests.
#define OUTBOX_RESERVE 65536u

enum outbox_urgency {
    OUTBOX_OUTPUT, // may be told to wait
    OUTBOX_ANSWER, // may use the reserve
};

struct outbox {
    CRITICAL_SECTION lock;
    HANDLE filled; // auto-reset event: something was put
    size_t head;
    size_t used;
    uint8_t ring[OUTBOX_SIZE];
};

void outbox_init(struct outbox *outbox);

// Puts one whole frame, or returns false when there is no room. Any thread.
bool outbox_put(struct outbox *outbox, const void *frame, size_t length, enum outbox_urgency urgency);

// Copies up to size of the oldest bytes without removing them; outbox_drop() removes what was sent. One
// thread only.
size_t outbox_peek(struct outbox *outbox, void *buffer, size_t size);
void outbox_drop(struct outbox *outbox, size_t count);
