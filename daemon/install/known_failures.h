// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of the ways in which Windows Setup stops: a table from a line of its log to what it means and
// what to change in the request.
#pragma once

#include <glib.h>

// What to do about a log of which @lines (char *) are the end; NULL if nothing in it is known. Static.
const char *known_failure_advice(const GPtrArray *lines);
// The same for a whole log. *ret_line: the line that fits, or NULL; the caller
// frees it.
const char *known_failure_in(const char *log, char **ret_line);
