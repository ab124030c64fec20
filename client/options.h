// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: global options, a verb's own options, --help. Not what options mean: that is the verb's.
#pragma once

#include "client/client.h"

// Parses a verb's command line: @entries (the verb's own) and the global options, in any order, and between
// @minimum and @maximum positional arguments. Returns the positional ones (the caller frees with
// g_strfreev()), or NULL if the verb must end with *@ret_code: after --help, or after a reported usage error.
char **options_parse(Client *client, const Verb *verb, const GOptionEntry *entries, guint minimum,
                     guint maximum, char **arguments, ExitCode *ret_code);

// Parses the global options before the verb; stops at the first word that is none. Returns what is left (the
// caller frees), or NULL: see above. *@ret_help, *@ret_version: asked for.
char **options_parse_global(Client *client, char **arguments, gboolean *ret_help, gboolean *ret_version,
                            ExitCode *ret_code);

// Everything after the first "--" is the guest's and must not be read as options. Returns what stands before
// it (the caller frees); *@ret_command: what follows, borrowed, or NULL.
char **options_before_command(char **arguments, char ***ret_command);

// Help on standard output: of one verb, of sevenctl.
void options_print_help(const Verb *verb, const GOptionEntry *entries);
void options_print_overview(void);
