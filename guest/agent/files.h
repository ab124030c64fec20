// SPDX-License-Identifier: GPL-3.0-or-later
// Files for the host: takes them in, gives them out, lists folders, makes them. All in the session's thread,
// a piece at a time.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "guest/agent/outbox.h"
#include "guest/wire.h"

#define FILES_MAX 8u

struct transfer;

struct files {
    struct outbox *outbox;
    struct transfer *transfers[FILES_MAX];
};

// Also removes what an earlier agent left half written.
void files_init(struct files *files, struct outbox *outbox);
// Handles GET, PUT, LIST, MKDIR, FILE_DATA, END, and ACK and KILL for what it knows. False: not for it.
bool files_take(struct files *files, const struct wire_frame *frame);
// Sends what there is room for, ends what the host has forgotten. True when something moved.
bool files_pump(struct files *files);
// Gives everything up.
void files_stop(struct files *files);
