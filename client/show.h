// SPDX-License-Identifier: GPL-3.0-or-later
// Small pieces that the "show" and "ls" verbs share: sizes, times, names only.
#pragma once

#include "client/table.h"
#include "common/json.h"

// "3.1 GiB"; "-" for a member that is absent. The caller frees.
char *size_text(json_object *object, const char *member);
// RFC 3339 as "2026-01-02 03:04:05" in local time; "-" if absent. The caller frees.
char *time_text(const char *rfc3339);
// A whole number or a boolean ("yes", "no") or a string as text; arrays joined by ", "; NULL if absent or
// null. The caller frees.
char *value_text(json_object *object, const char *member);
// Adds "label: value" for a member that is there; nothing else.
void show_member(Table *table, json_object *object, const char *member, const char *label);
// The string @member of each item of @list's array @array, a line each.
void print_names(json_object *list, const char *array, const char *member);
