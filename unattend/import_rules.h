// SPDX-License-Identifier: GPL-3.0-or-later
// What sevend must own in an imported answer file, and what a zero-touch install cannot do without.
#pragma once

#include <libxml/tree.h>

#include "common/faults.h"

// Adds a fault "conflict" for each thing in which the file contradicts sevend, saying what to remove or
// change.
void import_check_rules(const xmlDoc *document, Faults *faults);
// The account that logs on by itself: AutoLogon's, else the first administrator's. NULL if the file has no
// accounts. The caller frees.
xmlNode *import_autologon_account(const xmlNode *shell);
