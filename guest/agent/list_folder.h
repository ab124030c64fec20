// SPDX-License-Identifier: GPL-3.0-or-later
// LIST and MKDIR.
#pragma once

#include "guest/agent/transfer.h"

// The first INFO is of the path itself, those that follow of what is in it.
void list_folder_begin(struct files *files, const struct wire_frame *frame);
// The next INFO becomes what is pending. False at the end.
bool list_folder_next(struct files *files, struct transfer *transfer);
void list_folder_make(struct files *files, const struct wire_frame *frame);
