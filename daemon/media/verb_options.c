// SPDX-License-Identifier: GPL-3.0-or-later
// Through GOption.
#include "verb_options.h"

#include "verbs.h"

gboolean verb_options_parse(char **arguments, const GOptionEntry *entries, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) local = NULL;
    // GOption skips the program's name and reorders what it is given.
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(all, g_strdup("sevend-media"));
    for (guint i = 0; arguments[i] != NULL; i++)
        g_ptr_array_add(all, g_strdup(arguments[i]));
    g_ptr_array_add(all, NULL);
    g_auto(GStrv) copy = g_strdupv((char **)all->pdata);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse_strv(context, &copy, &local)) {
        g_set_error_literal(error, USAGE_ERROR, 0, local->message);
        return FALSE;
    }
    if (copy[1] == NULL)
        return TRUE;
    g_set_error(error, USAGE_ERROR, 0, "unexpected argument \"%s\"", copy[1]);
    return FALSE;
}

gboolean verb_option_required(const char *option, const char *value, GError **error)
{
    if (value != NULL && value[0] != '\0')
        return TRUE;
    g_set_error(error, USAGE_ERROR, 0, "needs --%s", option);
    return FALSE;
}
