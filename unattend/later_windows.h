// SPDX-License-Identifier: GPL-3.0-or-later
// Names that people know from other Windows versions: a fault that says so is of more use than "no such
// field".
#pragma once

#include <glib.h>

// In which Windows a setting of that name exists: "Windows 8 and later". NULL if nothing is known of the
// name.
const char *setting_of_other_windows(const char *name);
// The same for the name of an optional feature, as DISM has it.
const char *feature_of_other_windows(const char *name);
