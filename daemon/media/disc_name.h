// SPDX-License-Identifier: GPL-3.0-or-later
// Names of files and folders that Windows and Joliet both accept.
#pragma once

#include <glib.h>

// Joliet allows 64 UCS-2 characters a name.
#define DISC_NAME_MAX 64

// Why a single name (no separators) cannot be used, or NULL when it can. Static storage. Refused: empty, "."
// and "..", invalid UTF-8 or beyond UCS-2, longer than DISC_NAME_MAX, control characters and <>:"/\|?*, a
// blank or dot at the end [D: "Naming Files, Paths, and Namespaces"].
const char *disc_name_problem(const char *name);

// The form of a path under which two paths collide on Windows. To be freed.
char *disc_name_fold(const char *path);
