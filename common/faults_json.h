// SPDX-License-Identifier: GPL-3.0-or-later
// Faults as the API shows them.
#pragma once

#include "common/faults.h"
#include "common/json.h"

// An array of {"pointer","code","message"[,"allowed"]}. A new reference.
json_object *faults_to_json(const Faults *faults);
