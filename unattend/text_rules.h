// SPDX-License-Identifier: GPL-3.0-or-later
// Reading text members of the request under rules that every text obeys: length as Windows counts it, no
// control characters, nothing that XML cannot carry. Rules of particular names are in names.h.
#pragma once

#include "common/json.h"

typedef enum {
    TEXT_OPTIONAL,   // absent, null and "" all mean "not given"
    TEXT_IF_PRESENT, // absent and null mean "not given", "" is a fault
    TEXT_REQUIRED,
} TextPresence;

typedef struct {
    TextPresence presence;
    gsize max_units;       // UTF-16 code units: that is how Windows counts
    const char *forbidden; // ASCII characters that the text must not have, or NULL
} TextRule;

// Adds a fault for each rule that the member breaks; none of them quotes the text, which may be a secret.
// Returns the text (borrowed from @object), or NULL if it was not given or is faulty.
const char *text_member(json_object *object, const char *pointer, const char *name, const TextRule *rule,
                        Faults *faults);

// The member as one of @allowed (NULL-terminated). NULL if it is absent, null, or none of them: then a fault
// "bad-value" with what is allowed, and a suggestion for a near miss, has been added.
const char *choice_member(json_object *object, const char *pointer, const char *name,
                          const char *const *allowed, Faults *faults);

gsize text_utf16_units(const char *text);
