// SPDX-License-Identifier: GPL-3.0-or-later
// "features" of a request: { "enable": [names], "disable": [names] }, and how DISM is told of them.
#pragma once

#include "unattend/unattend.h"

// Reads "features". Adds faults: unknown-feature, not-in-windows-7, repeated, conflict. Returns what the
// other functions take; the caller frees with g_ptr_array_unref().
GPtrArray *features_parse(json_object *request, Faults *faults);
// Whether the target's edition and architecture have them. Adds faults: not-in-edition, not-on-architecture.
void features_check_target(GPtrArray *features, const UnattendTarget *target, Faults *faults);
// Appends a command (UnattendCommand) for each feature, and for each that one needs. DISM works only in a
// running Windows: these are for the first logon. The last restarts the machine, because many features are
// there only then; a feature that DISM refuses ends the install.
void features_add_commands(GPtrArray *features, GPtrArray *commands);
