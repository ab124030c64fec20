// SPDX-License-Identifier: GPL-3.0-or-later
// One rule for every name that goes onto a disc or into a WIM.
#include "disc_name.h"

#include <string.h>

const char *disc_name_problem(const char *name)
{
    gsize length = strlen(name);

    if (length == 0 || g_str_equal(name, ".") || g_str_equal(name, ".."))
        return "is empty or a dot";
    if (!g_utf8_validate(name, -1, NULL))
        return "is not valid UTF-8";
    if (g_utf8_strlen(name, -1) > DISC_NAME_MAX)
        return "is longer than 64 characters";
    for (const char *c = name; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        if (character < 0x20 || character == 0x7F || character > 0xFFFF)
            return "holds a control character or one beyond UCS-2";
        if (character < 0x80 && strchr("<>:\"/\\|?*", (int)character) != NULL)
            return "holds a character that Windows does not allow";
    }
    if (name[length - 1] == ' ' || name[length - 1] == '.')
        return "ends with a blank or a dot";
    return NULL;
}

char *disc_name_fold(const char *path)
{
    return g_utf8_strup(path, -1);
}
