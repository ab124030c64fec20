// SPDX-License-Identifier: GPL-3.0-or-later
// See agent_record.h.
#include "daemon/install/agent_record.h"

json_object *agent_hello_to_json(const AgentHello *hello)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "agent_version", json_object_new_string(hello->agent_version));
    json_object_object_add(object, "os_version", json_object_new_string(hello->os_version));
    json_object_object_add(object, "computer_name", json_object_new_string(hello->computer_name));
    json_object_object_add(object, "architecture", json_object_new_string(hello->architecture));
    return object;
}
