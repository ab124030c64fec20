// SPDX-License-Identifier: GPL-3.0-or-later
// The result of inspect-driver as JSON. The shape is the contract with the daemon and its API.
#pragma once

#include <json-c/json.h>

#include "driver_facts.h"

// @facts: of driver_facts_read(), for this package. A new object.
json_object *driver_json(const DriverPackage *package, const GPtrArray *facts);
