// SPDX-License-Identifier: GPL-3.0-or-later
// Aligned columns for people. Cells are made harmless for terminals here, once. Not for machines: that is
// --json.
#pragma once

#include <glib.h>
#include <stdio.h>

typedef struct Table Table;

// @headers: NULL-terminated; upper-case by custom; NULL: a table of two columns without a heading ("name:
// value").
Table *table_new(const char *const *headers);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

// Adds a row: as many strings as there are columns; NULL shows as "-". Copied.
void table_add(Table *table, ...);
// Adds a row from an array; for rows that are built in a loop.
void table_add_cells(Table *table, const char *const *cells);
// Two spaces between columns, none at line ends.
void table_print(const Table *table, FILE *stream);
