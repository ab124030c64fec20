// SPDX-License-Identifier: GPL-3.0-or-later
// The checked settings, as libunattend's own files see them. Immutable once parsed: any thread may read.
#pragma once

#include "unattend/commands.h"
#include "unattend/disk_layout.h"
#include "unattend/display.h"
#include "unattend/locales.h"
#include "unattend/placed_files.h"
#include "unattend/switches.h"
#include "unattend/unattend.h"

#define MAX_USERS 8

typedef struct {
    char *name;
    char *password;         // secret
    char *full_name;        // or NULL
    char *description;      // or NULL
    char *groups;           // as LocalAccount/Group takes them: "Administrators;Remote Desktop Users"
    gboolean administrator; // in Administrators
    gboolean autologon;     // asked for
    guint autologon_count;  // 0: at every start
    gboolean never_expires; // the password: asked for
} UnattendUser;

// Shell-Setup/OEMInformation; each may be NULL.
typedef struct {
    char *manufacturer, *model, *support_hours, *support_phone, *support_url;
} UnattendOem;

struct UnattendSettings {
    char *product_key;    // secret, or NULL
    char *activation_key; // secret, or NULL
    char *computer_name;
    char *time_zone;
    const Locale *language;             // NULL: the disc's
    const Locale *ui_language_fallback; // or NULL
    const Locale *user_locale;          // NULL: that of the language
    const Locale *system_locale;        // NULL: that of the language
    char *keyboard;                     // InputLocale, several with ';'; NULL: the language's
    char *owner;                        // or NULL
    char *organization;                 // or NULL
    gboolean skip_activation;
    UnattendOem oem;
    char *administrator_password; // secret, or NULL
    gboolean administrator_enabled;
    GPtrArray *users; // of UnattendUser, at least one
    guint autologon;  // index in users
    DiskLayout disk;
    DisplaySettings display;
    GPtrArray *specialize;  // of UnattendCommand
    GPtrArray *first_logon; // of UnattendCommand
    GPtrArray *logon;       // of UnattendCommand
    GPtrArray *files;       // of PlacedFile
    Switches *switches;
    struct Import *import; // NULL: the answer file is made from the settings above
};

void unattend_user_free(gpointer user);

// Reads "system" of @request. Adds faults.
void unattend_system_parse(UnattendSettings *settings, json_object *request, Faults *faults);
// Reads "users" of @request into @settings->users and ->autologon. Adds faults.
// One of "users". NULL if it is no object; what else is wrong is in @faults. The caller frees.
UnattendUser *unattend_user_parse(json_object *item, const char *pointer, Faults *faults);
void unattend_users_parse(UnattendSettings *settings, json_object *request, Faults *faults);
// Reads "administrator". Adds faults.
void unattend_administrator_parse(UnattendSettings *settings, json_object *request, Faults *faults);

// What is left open by the request is the disc's: its first language, else en-US; the language's keyboard, or
// NULL if it has none.
const Locale *unattend_language(const UnattendSettings *settings, const UnattendTarget *target);
const char *unattend_keyboard(const UnattendSettings *settings, const UnattendTarget *target);

// The commands that run in a pass, in their order, settings' own before the request's: of UnattendCommand.
// The caller frees with g_ptr_array_unref().
GPtrArray *unattend_specialize_commands(const UnattendSettings *settings, const UnattendTarget *target);
GPtrArray *unattend_first_logon_commands(const UnattendSettings *settings, const UnattendTarget *target);
// How often the machine restarts between first-logon commands.
guint unattend_first_logon_reboots(const UnattendSettings *settings);
