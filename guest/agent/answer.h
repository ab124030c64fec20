// SPDX-License-Identifier: GPL-3.0-or-later
// The short frames that answer a request: HELLO, OK, EXIT, ERROR. Each is put into the outbox; one that finds
// even the reserve full is dropped (the host has not read for very long and will ask again).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "guest/agent/outbox.h"

// id 0: unsolicited.
void answer_hello(struct outbox *outbox, uint32_t id);
void answer_ok(struct outbox *outbox, uint32_t id);
// code is one of the words of wire.h. The message must not repeat arguments: they may be secret.
void answer_error(struct outbox *outbox, uint32_t id, const char *code, const char *message);
// False when there was no room, so that the caller can try again: the host waits for this frame.
bool answer_exit(struct outbox *outbox, uint32_t id, uint32_t exit_code, bool timed_out, bool dropped);
// So many bytes of the host's have been used. False as above.
bool answer_ack(struct outbox *outbox, uint32_t id, uint32_t bytes);
