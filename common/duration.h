// SPDX-License-Identifier: GPL-3.0-or-later
// Lengths of time as people write them in requests: "90s", "30m", "4h", "2d".
#pragma once

#include "common/json.h"

#define DURATION_RULE "a whole number with s, m, h or d, such as \"4h\", from 1s to 3650d"

// FALSE if @text is none; *ret_seconds is then left alone.
gboolean duration_parse(const char *text, gint64 *ret_seconds);
// The member @name of @object (pointer @pointer). TRUE if it is there and good; FALSE if it is absent, null,
// or wrong (then a fault has been added: wrong-type, bad-value).
gboolean duration_get(json_object *object, const char *pointer, const char *name, gint64 *ret_seconds,
                      Faults *faults);
