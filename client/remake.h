// SPDX-License-Identifier: GPL-3.0-or-later
// Making a machine again from the provenance of another (create --from).
#pragma once

#include "client/client.h"
#include "common/json.h"

// The request in @provenance without what was masked, which the caller supplies anew. NULL if the document is
// no provenance. A new reference.
json_object *remake_request(json_object *provenance);

// Says on standard error what is not as it was: disc, drivers, template, agent and scripts, versions. What
// cannot be asked for is said, too. EXIT_OK, or a reported failure.
ExitCode remake_compare(Client *client, json_object *provenance, json_object *request);
