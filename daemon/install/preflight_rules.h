// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of preflight by subject. Each adds a fault to @faults where the install would fail or the machine
// not start, and to @warnings where Windows would only be slower or lack something; every message says what
// would happen and what to do. Private to preflight.c and its parts.
#pragma once

#include "daemon/install/plan.h"

// Drivers against disc, architecture and devices. Codes: wrong-architecture, no-boot-critical-driver,
// sha2-driver, unsigned-driver, missing-catalog, missing-file, wrong-machine, not-covered, bad-driver,
// bad-path, two-versions; as warnings also two-drivers, no-video-driver.
void preflight_drivers(const InstallPlan *plan, Faults *faults, Faults *warnings);
// Processors, memory, disk against edition and architecture. Codes: too-many-sockets, too-much-memory; as
// warnings low-memory, small-disk.
void preflight_hardware(const InstallPlan *plan, Faults *faults, Faults *warnings);
