// SPDX-License-Identifier: GPL-3.0-or-later
// Options of the verbs that have some.
#pragma once

#include <glib.h>

// Parses what follows the verb; anything left over is a USAGE_ERROR.
gboolean verb_options_parse(char **arguments, const GOptionEntry *entries, GError **error);
// FALSE with a USAGE_ERROR if @value is NULL or empty.
gboolean verb_option_required(const char *option, const char *value, GError **error);
