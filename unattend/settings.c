// SPDX-License-Identifier: GPL-3.0-or-later
// Reading "product_key", "system" and "first_logon" of a request; users are users.c's. Checks what can be
// known without the disc; target.c checks the rest.
#include "unattend/settings.h"

#include <string.h>

#include "unattend/names.h"
#include "unattend/product_key.h"
#include "unattend/secrets.h"
#include "unattend/text_rules.h"
#include "unattend/time_zones.h"

const char *const unattend_request_members[] = { "product_key", "system", "users", "first_logon", NULL };

static const TextRule computer_name_rule = { TEXT_IF_PRESENT, COMPUTER_NAME_MAX, NULL };
static const TextRule choice_rule = { TEXT_IF_PRESENT, 256, NULL };
// UserData/FullName and UserData/Organization: 63 [D].
static const TextRule owner_rule = { TEXT_OPTIONAL, 63, NULL };
// The commands run from a list, but with the limit of SynchronousCommand/CommandLine: 1024 [D].
static const TextRule command_rule = { TEXT_REQUIRED, 1024, NULL };
static const TextRule description_rule = { TEXT_OPTIONAL, 256, NULL };

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

static const Locale *parse_language(json_object *system, Faults *faults)
{
    const char *tag = text_member(system, "/system", "language", &choice_rule, faults);
    if (tag == NULL)
        return NULL;
    const Locale *locale = locale_find(tag);
    if (locale != NULL && locale->on_discs)
        return locale;
    const char *near = locale_suggest(tag);
    if (near != NULL)
        faults_add(faults, "/system/language", "unknown-language", locale_disc_languages(),
                   "Windows 7 discs do not come in this language; did you mean \"%s\"?", near);
    else
        faults_add(faults, "/system/language", "unknown-language", locale_disc_languages(),
                   "Windows 7 discs do not come in this language.");
    return NULL;
}

static char *parse_keyboard(json_object *system, Faults *faults)
{
    const char *keyboard = text_member(system, "/system", "keyboard", &choice_rule, faults);
    if (keyboard == NULL)
        return NULL;
    char *resolved = keyboard_resolve(keyboard);
    if (resolved == NULL)
        faults_add(faults, "/system/keyboard", "unknown-keyboard", NULL,
                   "A keyboard is the id of a known language and of a layout, such as \"0409:00000409\", or "
                   "a language "
                   "such as \"en-GB\".");
    return resolved;
}

static void parse_system(UnattendSettings *settings, json_object *request, Faults *faults)
{
    static const char *const members[] = { "computer_name", "time_zone",    "language", "keyboard",
                                           "owner",         "organization", NULL };
    g_autoptr(json_object) none = json_object_new_object();
    json_object *system = none;
    if (json_get_object(request, "", "system", &system, faults))
        json_check_members(system, "/system", members, faults);
    settings->computer_name = parse_computer_name(system, faults);
    settings->time_zone = parse_time_zone(system, faults);
    settings->language = parse_language(system, faults);
    settings->keyboard = parse_keyboard(system, faults);
    settings->owner = g_strdup(text_member(system, "/system", "owner", &owner_rule, faults));
    settings->organization = g_strdup(text_member(system, "/system", "organization", &owner_rule, faults));
}

static void parse_command(UnattendSettings *settings, json_object *item, const char *pointer, Faults *faults)
{
    static const char *const members[] = { "command", "description", NULL };
    if (!json_check_members(item, pointer, members, faults))
        return;
    const char *command = text_member(item, pointer, "command", &command_rule, faults);
    text_member(item, pointer, "description", &description_rule, faults);
    if (command != NULL)
        g_ptr_array_add(settings->commands, g_strdup(command));
}

static void parse_commands(UnattendSettings *settings, json_object *request, Faults *faults)
{
    json_object *array = NULL;
    if (json_get_array(request, "", "first_logon", MAX_COMMANDS, &array, faults)) {
        for (gsize i = 0; i < json_object_array_length(array); i++) {
            g_autofree char *pointer = json_pointer_append_index("/first_logon", i);
            parse_command(settings, json_object_array_get_idx(array, i), pointer, faults);
        }
    }
    g_ptr_array_add(settings->commands, NULL);
}

static gboolean user_has_name(const UnattendSettings *settings, const char *name)
{
    for (guint i = 0; i < settings->users->len; i++) {
        const UnattendUser *user = g_ptr_array_index(settings->users, i);
        if (names_collide(user->name, name))
            return TRUE;
    }
    return FALSE;
}

// Windows refuses a computer that is called as one of its users. A name that the client chose is its fault, a
// name made here gives way.
static void settle_computer_name(UnattendSettings *settings, const char *machine_name, Faults *faults)
{
    if (settings->computer_name == NULL) {
        g_autoptr(GPtrArray) taken = g_ptr_array_new();
        for (guint i = 0; i < settings->users->len; i++)
            g_ptr_array_add(taken, ((UnattendUser *)g_ptr_array_index(settings->users, i))->name);
        g_ptr_array_add(taken, NULL);
        settings->computer_name = computer_name_from(machine_name, (const char *const *)taken->pdata);
    } else if (user_has_name(settings, settings->computer_name)) {
        faults_add(faults, "/system/computer_name", "same-as-user", NULL,
                   "The computer must not have the name of one of its users.");
    }
}

UnattendSettings *unattend_settings_parse(json_object *request, const char *machine_name, Faults *faults)
{
    guint before = faults_count(faults);
    if (!json_object_is_type(request, json_type_object)) {
        faults_add(faults, "", "wrong-type", NULL, "This must be an object.");
        return NULL;
    }
    g_autoptr(UnattendSettings) settings = g_new0(UnattendSettings, 1);
    settings->users = g_ptr_array_new_with_free_func(unattend_user_free);
    settings->commands = g_ptr_array_new_with_free_func(g_free);
    settings->product_key = product_key_parse(request, faults);
    parse_system(settings, request, faults);
    unattend_users_parse(settings, request, faults);
    parse_commands(settings, request, faults);
    settle_computer_name(settings, machine_name, faults);
    if (faults_count(faults) != before || before >= FAULTS_MAX)
        return NULL;
    return g_steal_pointer(&settings);
}

void unattend_settings_free(UnattendSettings *settings)
{
    if (settings == NULL)
        return;
    secret_free(settings->product_key);
    g_free(settings->computer_name);
    g_free(settings->time_zone);
    g_free(settings->keyboard);
    g_free(settings->owner);
    g_free(settings->organization);
    g_ptr_array_unref(settings->users);
    g_ptr_array_unref(settings->commands);
    g_free(settings);
}

const char *const *unattend_first_logon_commands(const UnattendSettings *settings)
{
    return (const char *const *)settings->commands->pdata;
}

const char *unattend_computer_name(const UnattendSettings *settings)
{
    return settings->computer_name;
}
