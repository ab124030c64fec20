// SPDX-License-Identifier: GPL-3.0-or-later
// A row for each place that a setting is carried by.
#include "client/explanation.h"

#include "client/table.h"
#include "client/terminal.h"

#include <stdio.h>
#include <string.h>

#define PLACES        4  // of one setting; --json has them all
#define VALUE_COLUMNS 48 // longer values are cut: the answer file has them whole

// The caller frees.
static char *cut(const char *value)
{
    if (!value || g_utf8_strlen(value, -1) <= VALUE_COLUMNS)
        return g_strdup(value ? value : "");
    g_autofree char *start = g_utf8_substring(value, 0, VALUE_COLUMNS - 1);
    return g_strconcat(start, "…", NULL);
}

// "specialize Microsoft-Windows-Shell-Setup/ComputerName", "first-logon command: …". The caller frees.
static char *where(json_object *carrier)
{
    const char *pass = json_string_member(carrier, "pass"),
               *component = json_string_member(carrier, "component");
    const char *path = json_string_member(carrier, "path"), *file = json_string_member(carrier, "file");
    const char *command = json_string_member(carrier, "command");
    if (command)
        return g_strdup_printf("%s command: %s", pass ? pass : "?", command);
    if (component)
        return g_strdup_printf("%s %s/%s", pass ? pass : "?", component, path ? path : "?");
    return g_strdup_printf("%s file: %s", pass ? pass : "?", file ? file : "?");
}

static void add_setting(Table *table, json_object *item)
{
    json_object *carriers = json_object_object_get(item, "carried_by");
    const char *pointer = json_string_member(item, "pointer");
    const gsize count =
        json_object_is_type(carriers, json_type_array) ? json_object_array_length(carriers) : 0;
    const gsize shown = !pointer || count <= PLACES + 1 ? count : PLACES;
    for (gsize i = 0; i < shown; i++) {
        json_object *carrier = json_object_array_get_idx(carriers, i);
        // What sevend decides is many things: each place has a value of its own.
        g_autofree char *value = cut(json_string_member(pointer ? item : carrier, "value"));
        g_autofree char *place = where(carrier);
        const gboolean first = i == 0;
        table_add(table,
                  !first    ? ""
                  : pointer ? pointer
                            : "(sevend's own)",
                  first || !pointer ? value : "", first ? json_string_member(item, "source") : "", place);
    }
    g_autofree char *more = g_strdup_printf("… %" G_GSIZE_FORMAT " more places", count - shown);
    if (shown < count)
        table_add(table, "", "", "", more);
}

void explanation_print(json_object *document)
{
    static const char *const headers[] = { "SETTING", "VALUE", "SOURCE", "WHERE", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *list = json_object_object_get(document, "explanation");
    const gsize count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (gsize i = 0; i < count; i++) {
        json_object *item = json_object_array_get_idx(list, i);
        if (json_object_is_type(item, json_type_object))
            add_setting(table, item);
    }
    table_print(table, stdout);
    const char *image = json_string_member(document, "image");
    if (image) {
        g_autofree char *safe_image = safe_line(image);
        printf(
            "\nImage %s has the same recipe: the machine would be a clone of it, unless --fresh is given.\n",
            safe_image);
    }
}
