// SPDX-License-Identifier: GPL-3.0-or-later
// Rendering faults.
#include "common/faults_json.h"

static json_object *fault_to_json(const Fault *fault)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "pointer", json_object_new_string(fault->pointer));
    json_object_object_add(object, "code", json_object_new_string(fault->code));
    json_object_object_add(object, "message", json_object_new_string(fault->message));
    if (fault->allowed == NULL)
        return object;
    json_object *allowed = json_object_new_array();
    for (guint i = 0; fault->allowed[i] != NULL; i++)
        json_object_array_add(allowed, json_object_new_string(fault->allowed[i]));
    json_object_object_add(object, "allowed", allowed);
    return object;
}

json_object *faults_to_json(const Faults *faults)
{
    json_object *array = json_object_new_array();
    for (guint i = 0; i < faults_count(faults); i++)
        json_object_array_add(array, fault_to_json(faults_get(faults, i)));
    return array;
}
