// SPDX-License-Identifier: GPL-3.0-or-later
// Passwords, product keys, tokens: from files and from the terminal, so that none need stand on a command
// line where every user of the host can read it.
#pragma once

#include <glib.h>

// The first line of @path ("-": standard input), without its line end. At most 4 KiB of UTF-8. Errors
// (G_FILE_ERROR, G_IO_ERROR) name the file. The caller frees with secret_free().
char *secret_read_file(const char *path, GError **error);

// Asks on the process's terminal, not echoing what is typed; twice until both are the same if @confirm.
// Errors: G_IO_ERROR_NOT_SUPPORTED if there is no terminal, G_IO_ERROR_CANCELLED on Ctrl-C or end of input.
// The caller frees with secret_free().
char *secret_ask(const char *question, gboolean confirm, GError **error);

// Overwrites before it frees. NULL is fine.
void secret_free(char *secret);
