// SPDX-License-Identifier: GPL-3.0-or-later
// Follows json_merge()'s rule: objects are merged member by member, everything else is replaced whole.
#include "common/json_layers.h"

#include <string.h>

// "a~1b" → "a/b". The caller frees.
static char *unescape(const char *segment, gsize length)
{
    g_autoptr(GString) text = g_string_new_len(segment, (gssize)length);
    g_string_replace(text, "~1", "/", 0);
    g_string_replace(text, "~0", "~", 0);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static json_object *item_at(json_object *array, const char *segment)
{
    guint64 index;
    return g_ascii_string_to_unsigned(segment, 10, 0, G_MAXINT, &index, NULL)
               ? json_object_array_get_idx(array, (size_t)index)
               : NULL;
}

JsonLayer json_layer_look(json_object *document, const char *pointer)
{
    json_object *value = document;
    gboolean in_array = FALSE;
    if (document == NULL)
        return JSON_LAYER_SILENT;
    while (*pointer == '/') {
        const gsize length = strcspn(++pointer, "/");
        g_autofree char *segment = unescape(pointer, length);
        pointer += length;
        if (json_object_is_type(value, json_type_array)) {
            in_array = TRUE;
            value = item_at(value, segment);
        } else if (!json_object_is_type(value, json_type_object)) {
            return JSON_LAYER_TAKES;
        } else if (!json_object_object_get_ex(value, segment, &value)) {
            return in_array ? JSON_LAYER_TAKES : JSON_LAYER_SILENT;
        }
        if (value == NULL)
            return JSON_LAYER_TAKES;
    }
    return JSON_LAYER_HOLDS;
}
