// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/region.h"

#define SIDE_MOST 8192

gboolean region_parse(const char *text, Region *ret_region)
{
    static const char after[] = { ',', ',', 'x', '\0' };
    guint *const sides[] = { &ret_region->x, &ret_region->y, &ret_region->width, &ret_region->height };
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        char *end = NULL;
        const guint64 value = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : G_MAXUINT64;
        if (value > SIDE_MOST || *end != after[i])
            return FALSE;
        *sides[i] = (guint)value;
        text = end + 1;
    }
    return ret_region->width > 0 && ret_region->height > 0;
}

json_object *region_to_json(const Region *region)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "x", json_object_new_int64(region->x));
    json_object_object_add(object, "y", json_object_new_int64(region->y));
    json_object_object_add(object, "width", json_object_new_int64(region->width));
    json_object_object_add(object, "height", json_object_new_int64(region->height));
    return object;
}
