// SPDX-License-Identifier: GPL-3.0-or-later
// Local groups of Windows 7, as LocalAccount/Group names them.
#pragma once

#include "common/json.h"

// Reads "groups" of a user at @pointer, and makes it agree with @administrator ("administrator" of the
// request): either says that the user is in Administrators. Adds faults. Returns names with ';' between them;
// who is in no group is in Users. The caller frees.
char *groups_parse(json_object *user, const char *pointer, gboolean *administrator, Faults *faults);
