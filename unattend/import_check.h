// SPDX-License-Identifier: GPL-3.0-or-later
// Checking an answer file that somebody else wrote against what Windows 7 knows and what sevend must own.
#pragma once

#include <libxml/tree.h>

#include "common/faults.h"

// Adds a fault for each thing that Setup would not take, and for each that only sevend can decide. Secrets
// are still in the tree.
void import_check_document(xmlDoc *document, Faults *faults);

// A fault at IMPORT_POINTER that says where @node stands.
void import_complain(Faults *faults, const xmlNode *node, const char *code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
