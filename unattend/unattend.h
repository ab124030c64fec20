// SPDX-License-Identifier: GPL-3.0-or-later
// libunattend: from the request's settings to Windows 7's autounattend.xml. Takes JSON that has been parsed
// strictly (common/json.h), checks everything and reports every fault at once, and renders with libxml2's
// tree. Knows nothing of discs' bytes, libvirt or HTTP.
#pragma once

#include "common/faults.h"
#include "common/json.h"

typedef struct UnattendSettings UnattendSettings;

// Members of the request that belong to libunattend, NULL-terminated; the caller of unattend_settings_parse
// checks the rest.
//
//  - "product_key": "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX" (secret), for Setup: it selects the edition
//  - "activation_key": the same form (secret), for activation of the installed system
//  - "system": { "computer_name", "time_zone" (a name of Windows), "language" and "ui_language_fallback" (of
//  Windows 7 discs),
//    "user_locale", "system_locale", "keyboard" ("0409:00000409" or a language, or a list of such), "owner",
//    "organization", "skip_activation", "oem": { "manufacturer", "model", "support_hours", "support_phone",
//    "support_url" } }
//  - "administrator": { "password" (secret), "enabled" }: the built-in account
//  - "users": 1 to 8 of { "name", "password" (secret), "administrator", "groups", "autologon",
//  "autologon_count",
//    "password_expires", "full_name", "description" }
//  - "disk": see disk_layout.h; "display": see display.h
//  - "specialize", "first_logon", "logon": at most 100 commands each, see commands.h
//  - "answer_file": an answer file that somebody else wrote, instead of most of these (import.h)
//  - "files": see placed_files.h (contents are secret)
//  - "desktop", "updates", "security", and of "system" "hibernation", "sleep", "system_restore",
//    "error_reporting", "ceip": see switch_table.c; "features": see optional_features.h
//
// Needed: "users" with at least one administrator, and each user's "name" and "password". "owner",
// "organization", "full_name", "description" and those of "oem" may be empty, which means absent; no other
// text may.
extern const char *const unattend_request_members[];

// Checks those members of @request. Adds a fault for each problem; the result is NULL if there was any. The
// caller frees with unattend_settings_free(), which overwrites secrets first. Defaults: time zone UTC, the
// disc's first language (en-US if not known) and its keyboard, a computer name made from @machine_name.
// "users" must not be empty: Windows Welcome would stop and ask (FACTS, zero touch).
//
// At most one user, an administrator, has "autologon", and logs on at every boot. If none has, the first
// administrator logs on once, for the first-logon commands: they run elevated for an administrator only [D].
//
// Codes of faults, beside those of common/json.h: required, empty, bad-characters, bad-format, bad-value,
// bad-path, excludes, reserved-name, repeated, same-as-user, no-administrator, not-administrator,
// without-autologon, not-in-layout, too-large, unknown-time-zone, unknown-language, unknown-locale,
// unknown-keyboard, unknown-group, unknown-feature, not-in-windows-7, conflict.
UnattendSettings *unattend_settings_parse(json_object *request, const char *machine_name, Faults *faults);
void unattend_settings_free(UnattendSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UnattendSettings, unattend_settings_free)

// Checks those members of a template's @request (pointers as if it were a whole one): as above, except that
// nothing is required that a client can add. Product keys, passwords and an answer file are refused
// ("not-in-template"). For a computer name that is a pattern, hand over a copy without it.
void unattend_check_template(json_object *request, Faults *faults);

// What the answer file is for: facts of the disc and of the machine, from inspection.
typedef struct {
    const char *architecture;     // "amd64" or "x86": processorArchitecture of every component
    const char *edition_id;       // EDITIONID of the image ("PROFESSIONAL"), or NULL if not known
    guint image_index;            // /IMAGE/INDEX in install.wim
    gboolean disc_has_ei_cfg;     // decides what to do when no product key is given (FACTS: "No key")
    const char *const *languages; // languages of the image, NULL-terminated, or NULL if not known
    guint64 disk_bytes;           // size of disk 0, or 0 if not known
    guint64 image_bytes;          // size of the image's files, or 0 if not known
    gboolean without_drivers;     // the boot disc has no \drivers folder: leave offlineServicing out
} UnattendTarget;

// Checks that need the target: language on the disc, partitions against the disk, what the edition and the
// architecture lack. Adds faults (not-on-disc, required, disk-too-small, not-in-edition,
// not-on-architecture).
void unattend_check_target(const UnattendSettings *settings, const UnattendTarget *target, Faults *faults);

typedef enum { UNATTEND_SECRETS_KEPT, UNATTEND_SECRETS_MASKED } UnattendSecrets;

#define UNATTEND_ERROR unattend_error_quark()
GQuark unattend_error_quark(void);
typedef enum {
    UNATTEND_ERROR_TARGET, // the target is impossible, or unattend_check_target() has faults
} UnattendError;

// Renders the answer file, UTF-8 with CRLF-free line ends. The caller frees the text (with
// unattend_text_free(), which overwrites it, if secrets are kept). Masked secrets are "********", whatever
// their length. @ret_length may be NULL. Any thread; secrets never enter libxml2.
char *unattend_render(const UnattendSettings *settings, const UnattendTarget *target, UnattendSecrets secrets,
                      gsize *ret_length, GError **error);
void unattend_text_free(char *text);

// Copy of @request in which every secret (passwords, product key) is "********". The caller owns the
// reference.
json_object *unattend_mask_request(json_object *request);
// Overwrites the secrets of @request in place with '*'; for requests that are about to be freed. Text that
// json-c has rendered of it before is not reached.
void unattend_wipe_request(json_object *request);

// What the answer file and the first-logon list make of each setting: an array of { "pointer" (JSON pointer
// in the request, null for what sevend itself decides), "value" (text, secrets masked), "carried_by": [ {
// "pass", "component", "path" } or { "pass", "command" } ] } in the order of the file. The caller owns the
// reference. Errors as unattend_render().
json_object *unattend_explain(const UnattendSettings *settings, const UnattendTarget *target, GError **error);

// The list of first-logon commands for the agent, UTF-8 with CRLF: "sevend-commands/1", then a line a
// command, "stop|continue no|yes <pointer> <command line>": whether a failure ends the install, whether the
// machine restarts after it. It goes to the config disc, not into the answer file. The caller frees.
char *unattend_first_logon_list(const UnattendSettings *settings, const UnattendTarget *target);
const char *unattend_computer_name(const UnattendSettings *settings);

// The files to place before the first logon; all borrowed. Contents may be secrets.
guint unattend_file_count(const UnattendSettings *settings);
const char *unattend_file_path(const UnattendSettings *settings, guint index);
const char *unattend_file_content(const UnattendSettings *settings, guint index, gsize *ret_length);
