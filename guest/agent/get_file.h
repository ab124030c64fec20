// SPDX-License-Identifier: GPL-3.0-or-later
// GET: a file for the host, piece by piece, as fast as it acknowledges them.
#pragma once

#include "guest/agent/transfer.h"

void get_file_begin(struct files *files, const struct wire_frame *frame);
// The next piece of the file, then its end, becomes what is pending. False when there is nothing to send now.
bool get_file_next(struct files *files, struct transfer *transfer);
