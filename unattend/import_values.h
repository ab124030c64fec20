// SPDX-License-Identifier: GPL-3.0-or-later
// Values of an imported answer file that have rules of their own: names, zones, locales, keys, passwords.
#pragma once

#include <libxml/tree.h>

#include "common/faults.h"

// Adds faults where the text of @node, which is @path of @component, breaks its rule. Values without a rule
// pass.
void import_check_value(Faults *faults, const xmlNode *node, const char *component, const char *path,
                        const char *text);
