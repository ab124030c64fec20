// SPDX-License-Identifier: GPL-3.0-or-later
// Names of archive entries, which may be meant to write elsewhere.
#pragma once

#include <glib.h>

// @path with '/' for '\', without empty parts and ".". NULL with *ret_problem (static, follows "entry X") if
// it leads out of the folder or Windows could not have it. "" for the folder itself. The caller frees.
char *import_name(const char *path, const char **ret_problem);
