// SPDX-License-Identifier: GPL-3.0-or-later
// Values of the API's documents as text for people.
#include "client/show.h"

#include "client/terminal.h"
#include "client/timeline.h"

char *size_text(json_object *object, const char *member)
{
    gint64 size = json_int_member(object, member, -1);
    return size < 0 ? g_strdup("-") : g_format_size_full((guint64)size, G_FORMAT_SIZE_IEC_UNITS);
}

char *time_text(const char *rfc3339)
{
    gint64 time = time_parse(rfc3339, -1);
    g_autoptr(GDateTime) utc = time < 0 ? NULL : g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
    g_autoptr(GDateTime) local = utc ? g_date_time_to_local(utc) : NULL;
    return local ? g_date_time_format(local, "%Y-%m-%d %H:%M:%S") : g_strdup("-");
}

static char *array_text(json_object *array)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        const char *item = json_object_get_string(json_object_array_get_idx(array, i));
        if (item)
            g_ptr_array_add(items, (gpointer)item);
    }
    g_ptr_array_add(items, NULL);
    return g_strjoinv(", ", (char **)items->pdata);
}

char *value_text(json_object *object, const char *member)
{
    json_object *value = json_object_object_get(object, member);
    switch (json_object_get_type(value)) {
    case json_type_null:
        return NULL;
    case json_type_boolean:
        return g_strdup(json_object_get_boolean(value) ? "yes" : "no");
    case json_type_array:
        return array_text(value);
    default:
        return g_strdup(json_object_get_string(value));
    }
}

void show_member(Table *table, json_object *object, const char *member, const char *label)
{
    g_autofree char *value = value_text(object, member);
    if (value)
        table_add(table, label, value);
}

void print_names(json_object *list, const char *array, const char *member)
{
    json_object *items = json_object_object_get(list, array);
    gsize count = json_object_is_type(items, json_type_array) ? json_object_array_length(items) : 0;
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = safe_line(json_string_member(json_object_array_get_idx(items, i), member));
        puts(name);
    }
}
