// SPDX-License-Identifier: GPL-3.0-or-later
// What a machine's agent said of itself, as the store keeps it: without the nonce.
#pragma once

#include "common/json.h"
#include "daemon/vm/agent.h"

// {"agent_version","os_version","computer_name","architecture"}; a new reference.
json_object *agent_hello_to_json(const AgentHello *hello);
