// SPDX-License-Identifier: GPL-3.0-or-later
// The settings that Windows 7's Setup knows, for checking answer files that somebody else wrote. sevend's own
// answer files do not need it. Source: the facts in tests/catalog/unattend-catalog.json (Microsoft's
// reference of settings, limited to what Windows 7 has); a test holds the two against each other.
#pragma once

#include <glib.h>

typedef enum {
    PASS_WINDOWS_PE = 1,
    PASS_OFFLINE = 2,
    PASS_GENERALIZE = 4,
    PASS_SPECIALIZE = 8,
    PASS_AUDIT_SYSTEM = 16,
    PASS_AUDIT_USER = 32,
    PASS_OOBE = 64,
} SettingPasses;

typedef enum {
    SETTING_CONTAINER,
    SETTING_ITEM, // of a list: may be repeated, carries wcm:action="add"
    SETTING_BOOLEAN,
    SETTING_INTEGER,
    SETTING_ENUM,
    SETTING_STRING,
} SettingType;

typedef struct {
    const char *component;
    const char *path; // below the component, "OOBE/HideEULAPage"
    SettingType type;
    guint passes;
    const char *choices;  // with ';' between them, or NULL
    gint64 least, most;   // of an integer; both 0: any; most 0: no upper bound
    guint length;         // most characters of a string; 0: not known
    gboolean never_empty; // the documentation says that Setup does not take an empty one
    const char *order;    // of a list item: the child that orders the items, or NULL
} Windows7Setting;

// Names are compared as Setup does: with regard to case. NULL if Windows 7 has no such setting.
const Windows7Setting *windows7_setting_find(const char *component, const char *path);
// Whether there is any setting of that component.
gboolean windows7_component_exists(const char *component);
// A component or setting of nearly that name, or NULL.
const char *windows7_component_suggest(const char *component);
const char *windows7_setting_suggest(const char *component, const char *path);
// The release that brought the setting, if it came after Windows 7, else NULL.
const char *windows7_setting_later(const char *component, const char *path);
// The bit of a pass's name; 0 if there is no such pass.
guint windows7_pass(const char *name);
