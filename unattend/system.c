// SPDX-License-Identifier: GPL-3.0-or-later
// Reading "system" of a request: names, languages, keyboards, time zone, OEM information.
#include "unattend/settings.h"

#include <string.h>

#include "unattend/names.h"
#include "unattend/text_rules.h"
#include "unattend/time_zones.h"

#define MAX_KEYBOARDS 8

static const TextRule computer_name_rule = { TEXT_IF_PRESENT, COMPUTER_NAME_MAX, NULL };
static const TextRule choice_rule = { TEXT_IF_PRESENT, 256, NULL };
// UserData/FullName and UserData/Organization: 63 [D].
static const TextRule owner_rule = { TEXT_OPTIONAL, 63, NULL };

static char *parse_computer_name(json_object *system, Faults *faults)
{
    const char *name = text_member(system, "/system", "computer_name", &computer_name_rule, faults);
    if (name == NULL)
        return NULL;
    computer_name_check(name, "/system/computer_name", faults);
    return g_strdup(name);
}

static char *parse_time_zone(json_object *system, Faults *faults)
{
    const char *zone = text_member(system, "/system", "time_zone", &choice_rule, faults);
    if (zone == NULL)
        return g_strdup("UTC");
    if (time_zone_is_known(zone))
        return g_strdup(zone);
    const char *near = time_zone_suggest(zone);
    if (near != NULL)
        faults_add(faults, "/system/time_zone", "unknown-time-zone", NULL,
                   "Windows 7 has no such time zone; did you mean \"%s\"?", near);
    else
        faults_add(
            faults, "/system/time_zone", "unknown-time-zone", NULL,
            "Windows 7 has no such time zone; it wants a name of its own, such as \"GMT Standard Time\".");
    return NULL;
}

// A language of Windows' own texts: one in which discs come.
static const Locale *parse_language(json_object *system, const char *member, Faults *faults)
{
    const char *tag = text_member(system, "/system", member, &choice_rule, faults);
    if (tag == NULL)
        return NULL;
    const Locale *locale = locale_find(tag);
    if (locale != NULL && locale->on_discs)
        return locale;
    const char *near = locale_suggest(tag);
    g_autofree char *pointer = json_pointer_append("/system", member);
    if (near != NULL)
        faults_add(faults, pointer, "unknown-language", locale_disc_languages(),
                   "Windows 7 discs do not come in this language; did you mean \"%s\"?", near);
    else
        faults_add(faults, pointer, "unknown-language", locale_disc_languages(),
                   "Windows 7 discs do not come in this language.");
    return NULL;
}

// How dates and numbers are written, or the code page of old programs: any locale of Windows 7.
static const Locale *parse_locale(json_object *system, const char *member, Faults *faults)
{
    const char *tag = text_member(system, "/system", member, &choice_rule, faults);
    const Locale *locale = tag != NULL ? locale_find(tag) : NULL;
    if (tag == NULL || locale != NULL)
        return locale;
    const char *near = locale_suggest_any(tag);
    g_autofree char *pointer = json_pointer_append("/system", member);
    if (near != NULL)
        faults_add(faults, pointer, "unknown-locale", NULL,
                   "Windows 7 has no such locale; did you mean \"%s\"?", near);
    else
        faults_add(faults, pointer, "unknown-locale", NULL,
                   "Windows 7 has no such locale; it wants a tag such as \"de-AT\".");
    return NULL;
}

// One keyboard as InputLocale takes it. The caller frees; NULL with a fault.
static char *resolve_keyboard(const char *keyboard, const char *pointer, Faults *faults)
{
    char *resolved = keyboard_resolve(keyboard);
    if (resolved == NULL)
        faults_add(faults, pointer, "unknown-keyboard", NULL,
                   "A keyboard is the id of a known language and of a layout, such as \"0409:00000409\", or "
                   "a language "
                   "such as \"en-GB\".");
    return resolved;
}

static char *parse_keyboard_list(json_object *list, Faults *faults)
{
    g_autoptr(GPtrArray) keyboards = g_ptr_array_new_with_free_func(g_free);
    if (json_object_array_length(list) == 0)
        faults_add(faults, "/system/keyboard", "empty", NULL, "At least one keyboard is needed.");
    for (gsize i = 0; i < json_object_array_length(list); i++) {
        json_object *item = json_object_array_get_idx(list, i);
        g_autofree char *pointer = json_pointer_append_index("/system/keyboard", i);
        char *keyboard = NULL;
        if (!json_object_is_type(item, json_type_string))
            faults_add(faults, pointer, "wrong-type", NULL, "This must be a text.");
        else
            keyboard = resolve_keyboard(json_object_get_string(item), pointer, faults);
        if (keyboard == NULL)
            continue;
        if (g_ptr_array_find_with_equal_func(keyboards, keyboard, g_str_equal, NULL))
            faults_add(faults, pointer, "repeated", NULL, "This keyboard is in the list already.");
        g_ptr_array_add(keyboards, keyboard);
    }
    g_ptr_array_add(keyboards, NULL);
    return g_strjoinv(";", (char **)keyboards->pdata);
}

// A text, or a list of texts of which the first is the one that Windows starts with.
static char *parse_keyboard(json_object *system, Faults *faults)
{
    json_object *member = NULL, *list = NULL;
    if (json_object_object_get_ex(system, "keyboard", &member) &&
        json_object_is_type(member, json_type_array))
        return json_get_array(system, "/system", "keyboard", MAX_KEYBOARDS, &list, faults)
                   ? parse_keyboard_list(list, faults)
                   : NULL;
    const char *keyboard = text_member(system, "/system", "keyboard", &choice_rule, faults);
    return keyboard != NULL ? resolve_keyboard(keyboard, "/system/keyboard", faults) : NULL;
}

static void parse_oem(UnattendOem *oem, json_object *system, Faults *faults)
{
    static const char *const members[] = { "manufacturer",  "model",       "support_hours",
                                           "support_phone", "support_url", NULL };
    // OEMInformation: 256 each, SupportURL 2083 [D, the last three B].
    static const TextRule rule = { TEXT_OPTIONAL, 256, NULL };
    static const TextRule url_rule = { TEXT_OPTIONAL, 2083, NULL };
    json_object *object = NULL;
    if (!json_get_object(system, "/system", "oem", &object, faults))
        return;
    json_check_members(object, "/system/oem", members, faults);
    oem->manufacturer = g_strdup(text_member(object, "/system/oem", "manufacturer", &rule, faults));
    oem->model = g_strdup(text_member(object, "/system/oem", "model", &rule, faults));
    oem->support_hours = g_strdup(text_member(object, "/system/oem", "support_hours", &rule, faults));
    oem->support_phone = g_strdup(text_member(object, "/system/oem", "support_phone", &rule, faults));
    oem->support_url = g_strdup(text_member(object, "/system/oem", "support_url", &url_rule, faults));
}

void unattend_system_parse(UnattendSettings *settings, json_object *request, Faults *faults)
{
    static const char *const members[] = {
        "computer_name", "time_zone", "language",     "ui_language_fallback", "user_locale", "system_locale",
        "keyboard",      "owner",     "organization", "skip_activation",      "oem",         NULL
    };
    g_autoptr(json_object) none = json_object_new_object();
    json_object *system = none;
    if (json_get_object(request, "", "system", &system, faults))
        switches_check_members(system, "system", members, faults);
    settings->computer_name = parse_computer_name(system, faults);
    settings->time_zone = parse_time_zone(system, faults);
    settings->language = parse_language(system, "language", faults);
    settings->ui_language_fallback = parse_language(system, "ui_language_fallback", faults);
    settings->user_locale = parse_locale(system, "user_locale", faults);
    settings->system_locale = parse_locale(system, "system_locale", faults);
    settings->keyboard = parse_keyboard(system, faults);
    settings->owner = g_strdup(text_member(system, "/system", "owner", &owner_rule, faults));
    settings->organization = g_strdup(text_member(system, "/system", "organization", &owner_rule, faults));
    json_get_bool(system, "/system", "skip_activation", &settings->skip_activation, faults);
    parse_oem(&settings->oem, system, faults);
}
