// SPDX-License-Identifier: GPL-3.0-or-later
// Documents laid one over another with json_merge(): which of them a value of the result comes from.
#pragma once

#include "common/json.h"

typedef enum {
    JSON_LAYER_SILENT, // says nothing of the place: the layer below decides
    JSON_LAYER_HOLDS,  // has a value there
    JSON_LAYER_TAKES, // has none there, and hides what is below: null, an array, or a value that is no object
} JsonLayer;

// What @document (NULL: an empty one) says of @pointer, a JSON pointer (RFC 6901).
JsonLayer json_layer_look(json_object *document, const char *pointer);
