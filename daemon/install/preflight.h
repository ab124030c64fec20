// SPDX-License-Identifier: GPL-3.0-or-later
// Rules between disc, edition, drivers, template and hardware: what would make Setup stop, or the machine not
// boot, later.
#pragma once

#include "daemon/install/plan.h"

// Adds a fault for each rule that @plan breaks, and to @warnings what Windows would live with. Each message
// says what would have happened and what to do.
void preflight_check(const InstallPlan *plan, Faults *faults, Faults *warnings);
