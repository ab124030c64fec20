// SPDX-License-Identifier: GPL-3.0-or-later
// Names of Windows time zones.
#pragma once

#include "common/json.h"

// NULL-terminated, in the order of their offsets.
extern const char *const time_zones[];

// Exactly so spelt: Setup compares with the registry's names [D].
gboolean time_zone_is_known(const char *name);
// The zone that @name seems to mean, or NULL. Borrowed.
const char *time_zone_suggest(const char *name);
