// SPDX-License-Identifier: GPL-3.0-or-later
// The form of product keys. Whether a key fits an edition only Windows knows. Keys are secrets.
#pragma once

#include "common/json.h"

// Reads @member of @request: five groups of five letters or digits, in either case. Returns it in upper
// case (the caller frees with secret_free()), or NULL if it is not given or faulty.
char *product_key_parse(json_object *request, const char *member, Faults *faults);

// Whether a text, in either case, has the form of one.
gboolean product_key_is_valid(const char *key);
