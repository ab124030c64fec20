// SPDX-License-Identifier: GPL-3.0-or-later
// An explained answer file for people: where each setting came from, and where in the file it went.
#pragma once

#include "common/json.h"

// A table of @document's "explanation" on standard output.
void explanation_print(json_object *document);
