// SPDX-License-Identifier: GPL-3.0-or-later
// See duration.h.
#include "common/duration.h"

#include <string.h>

#define MOST_SECONDS (3650 * G_GINT64_CONSTANT(86400))
#define MOST_DIGITS  9

static const struct {
    char letter;
    gint64 seconds;
} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };

gboolean duration_parse(const char *text, gint64 *ret_seconds)
{
    const gsize digits = strspn(text, "0123456789");
    if (digits == 0 || digits > MOST_DIGITS || text[digits] == '\0' || text[digits + 1] != '\0')
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        const gint64 seconds = g_ascii_strtoll(text, NULL, 10) * units[i].seconds;
        if (text[digits] != units[i].letter)
            continue;
        if (seconds < 1 || seconds > MOST_SECONDS)
            return FALSE;
        *ret_seconds = seconds;
        return TRUE;
    }
    return FALSE;
}

gboolean duration_get(json_object *object, const char *pointer, const char *name, gint64 *ret_seconds,
                      Faults *faults)
{
    const char *text = NULL;
    if (!json_get_string(object, pointer, name, 64, &text, faults))
        return FALSE;
    if (duration_parse(text, ret_seconds))
        return TRUE;
    g_autofree char *at = json_pointer_append(pointer, name);
    faults_add(faults, at, "bad-value", NULL, "must be %s", DURATION_RULE);
    return FALSE;
}
