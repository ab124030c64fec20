// SPDX-License-Identifier: GPL-3.0-or-later
// Tables: cells are kept row after row in one array, and measured when printed.
#include "client/table.h"

#include "client/terminal.h"

struct Table {
    guint columns;
    GPtrArray *cells; // char *, safe text
};

Table *table_new(const char *const *headers)
{
    Table *table = g_new0(Table, 1);
    table->columns = headers ? g_strv_length((char **)headers) : 2;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    if (headers)
        table_add_cells(table, headers);
    return table;
}

void table_free(Table *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void table_add_cells(Table *table, const char *const *cells)
{
    for (guint i = 0; i < table->columns; i++)
        g_ptr_array_add(table->cells, safe_line(cells[i]));
}

void table_add(Table *table, ...)
{
    va_list arguments;
    va_start(arguments, table);
    for (guint i = 0; i < table->columns; i++)
        g_ptr_array_add(table->cells, safe_line(va_arg(arguments, const char *)));
    va_end(arguments);
}

void table_print(const Table *table, FILE *stream)
{
    g_autofree guint *widths = g_new0(guint, table->columns);
    for (guint i = 0; i < table->cells->len; i++) {
        guint *width = &widths[i % table->columns];
        *width = MAX(*width, text_columns(table->cells->pdata[i]));
    }
    for (guint i = 0; i < table->cells->len; i++) {
        const char *cell = table->cells->pdata[i];
        guint column = i % table->columns;
        if (column + 1 == table->columns)
            fprintf(stream, "%s\n", cell);
        else
            fprintf(stream, "%s%*s", cell, (int)(widths[column] - text_columns(cell) + 2), "");
    }
}
