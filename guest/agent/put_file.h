// SPDX-License-Identifier: GPL-3.0-or-later
// PUT: a file from the host, which has its name when it is whole (incoming.h).
#pragma once

#include "guest/agent/transfer.h"

void put_file_begin(struct files *files, const struct wire_frame *frame);
void put_file_data(struct files *files, struct transfer *transfer, const struct wire_frame *frame);
void put_file_end(struct files *files, struct transfer *transfer, const struct wire_frame *frame);
