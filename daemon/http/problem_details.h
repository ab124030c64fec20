// SPDX-License-Identifier: GPL-3.0-or-later
// A Problem as RFC 9457 has it.
#pragma once

#include "common/problem.h"

#define PROBLEM_CONTENT_TYPE "application/problem+json"

// One line of JSON, ended by a newline; the caller frees.
char *problem_details_to_json(const Problem *problem);
