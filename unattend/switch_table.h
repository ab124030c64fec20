// SPDX-License-Identifier: GPL-3.0-or-later
// The switches of a request as data: what each may be, and what carries each of its values into Windows.
#pragma once

#include <glib.h>

typedef enum { SWITCH_BOOL, SWITCH_CHOICE, SWITCH_URL } SwitchType;

typedef enum {
    CARRIED_BY_ELEMENT,       // of the answer file
    CARRIED_BY_MACHINE_VALUE, // a registry value below HKEY_LOCAL_MACHINE, written in pass specialize
    CARRIED_BY_USER_VALUE,    // a registry value in the default user's hive: for everybody who logs on later
    CARRIED_BY_USER_COMMAND,  // a command while that hive is loaded as HKU\sevend
} SwitchCarrier;

#define SWITCH_MAX_VALUES  4
#define SWITCH_MAX_EFFECTS 9
// In the place of data: what the request says.
#define SWITCH_OWN_TEXT "\1"

typedef struct {
    SwitchCarrier carrier;
    const char *pass; // of an element
    const char *key;  // component; registry key below its root
    const char *name; // path below the component, "list[key]" being an item with that wcm:keyValue; name of
                      // the registry value, NULL for the key's default value
    const char *type; // "REG_DWORD"
    const char
        *data[SWITCH_MAX_VALUES]; // for each of the allowed values; NULL: this value needs nothing here
} SwitchEffect;

typedef struct {
    const char *section; // member of the request
    const char *name;    // member of the section
    SwitchType type;
    const char *allowed[SWITCH_MAX_VALUES + 1]; // NULL-terminated; of a SWITCH_BOOL "true", then "false"
    guint only_editions;  // if not 0, the first of the allowed values needs one of these (editions.h)
    const char *not_here; // then: what the others lack
    SwitchEffect effects[SWITCH_MAX_EFFECTS]; // up to the first without data
} Switch;

extern const Switch switch_table[];
extern const guint switch_count;
