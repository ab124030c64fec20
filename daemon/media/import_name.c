// SPDX-License-Identifier: GPL-3.0-or-later
// Windows packs with '\' between folders, everybody else with '/'.
#include "import_name.h"

#include <string.h>

#include "disc_name.h"
#include "driver_package.h"

char *import_name(const char *path, const char **ret_problem)
{
    g_autofree char *text = g_strdelimit(g_strdup(path), "\\", '/');
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);
    g_autoptr(GString) name = g_string_new(NULL);

    *ret_problem = NULL;
    if (text[0] == '/')
        *ret_problem = "has an absolute path";
    else if (g_ascii_isalpha(text[0]) && text[1] == ':')
        *ret_problem = "has a path on a drive";
    for (gsize i = 0; parts[i] != NULL && *ret_problem == NULL; i++) {
        if (parts[i][0] == '\0' || g_str_equal(parts[i], "."))
            continue;
        if (g_str_equal(parts[i], ".."))
            *ret_problem = "leads out of the package";
        else
            *ret_problem = disc_name_problem(parts[i]);
        g_string_append_printf(name, "%s%s", name->len > 0 ? "/" : "", parts[i]);
    }
    if (*ret_problem == NULL && g_utf8_strlen(name->str, -1) > DRIVER_PACKAGE_MAX_PATH)
        *ret_problem = "has too long a path";
    return *ret_problem == NULL ? g_string_free(g_steal_pointer(&name), FALSE) : NULL;
}
