// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of commands; see commands.h.
#include "unattend/commands.h"

#include <string.h>

#include "unattend/settings.h"
#include "unattend/text_rules.h"

// The header of the list that the agent reads (guest/agent/run_list.c).
#define LIST_HEADER "sevend-commands/1"

static const TextRule command_rule = { TEXT_REQUIRED, COMMAND_LINE_MAX, NULL };
// RunSynchronousCommand/Description: 259; the others': 256 [D].
static const TextRule description_rule = { TEXT_OPTIONAL, 256, NULL };

static const char *const specialize_members[] = { "command", "description", "on_error", NULL };
static const char *const first_logon_members[] = { "command", "description", "on_error", "reboot", NULL };
static const char *const logon_members[] = { "command", "description", NULL };

static const struct {
    const char *member;
    const char *const *members;
    gboolean stop; // unless "on_error" says otherwise
} lists[] = {
    [COMMANDS_SPECIALIZE] = { "specialize", specialize_members, FALSE },
    [COMMANDS_FIRST_LOGON] = { "first_logon", first_logon_members, TRUE },
    [COMMANDS_LOGON] = { "logon", logon_members, FALSE },
};

UnattendCommand *unattend_command_new(const char *pointer, const char *command, gboolean stop)
{
    UnattendCommand *made = g_new0(UnattendCommand, 1);
    made->pointer = g_strdup(pointer);
    made->command = g_strdup(command);
    made->stop = stop;
    return made;
}

void unattend_command_free(gpointer data)
{
    UnattendCommand *command = data;
    if (command == NULL)
        return;
    g_free(command->pointer);
    g_free(command->command);
    g_free(command->description);
    g_free(command);
}

char *specialize_path(const UnattendCommand *command)
{
    return g_strdup_printf(COMMAND_AGENT " --run %s%s %s", command->stop ? "--stop " : "", command->pointer,
                           command->command);
}

static gboolean parse_on_error(json_object *item, const char *pointer, gboolean otherwise, Faults *faults)
{
    static const char *const allowed[] = { "stop", "continue", NULL };
    const char *text = choice_member(item, pointer, "on_error", allowed, faults);
    return text == NULL ? otherwise : strcmp(text, "stop") == 0;
}

static void check_specialize_length(const UnattendCommand *command, const char *pointer, Faults *faults)
{
    g_autofree char *path = specialize_path(command);
    gsize units = text_utf16_units(path);
    if (units <= SPECIALIZE_PATH_MAX)
        return;
    g_autofree char *place = json_pointer_append(pointer, "command");
    faults_add(faults, place, "too-long", NULL,
               "This is %" G_GSIZE_FORMAT
               " characters longer than Setup runs in this pass; put it into a script that "
               "\"files\" places, and run that.",
               units - SPECIALIZE_PATH_MAX);
}

static UnattendCommand *parse_command(json_object *item, const char *pointer, CommandList list,
                                      Faults *faults)
{
    if (!json_check_members(item, pointer, lists[list].members, faults))
        return NULL;
    const char *text = text_member(item, pointer, "command", &command_rule, faults);
    UnattendCommand *command = unattend_command_new(pointer, text, lists[list].stop);
    command->description = g_strdup(text_member(item, pointer, "description", &description_rule, faults));
    if (list != COMMANDS_LOGON)
        command->stop = parse_on_error(item, pointer, command->stop, faults);
    if (list == COMMANDS_FIRST_LOGON)
        json_get_bool(item, pointer, "reboot", &command->reboot, faults);
    if (text != NULL && list == COMMANDS_SPECIALIZE)
        check_specialize_length(command, pointer, faults);
    return command;
}

GPtrArray *unattend_commands_parse(json_object *request, CommandList list, Faults *faults)
{
    GPtrArray *commands = g_ptr_array_new_with_free_func(unattend_command_free);
    json_object *array = NULL;
    if (!json_get_array(request, "", lists[list].member, MAX_COMMANDS, &array, faults))
        return commands;
    g_autofree char *place = json_pointer_append("", lists[list].member);
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        g_autofree char *pointer = json_pointer_append_index(place, i);
        UnattendCommand *command = parse_command(json_object_array_get_idx(array, i), pointer, list, faults);
        if (command != NULL)
            g_ptr_array_add(commands, command);
    }
    return commands;
}

static gpointer copy_command(gconstpointer data, gpointer nothing)
{
    (void)nothing;
    const UnattendCommand *command = data;
    UnattendCommand *copy = unattend_command_new(command->pointer, command->command, command->stop);
    copy->description = g_strdup(command->description);
    copy->reboot = command->reboot;
    return copy;
}

static void append_copies(GPtrArray *commands, GPtrArray *more)
{
    for (guint i = 0; i < more->len; i++)
        g_ptr_array_add(commands, copy_command(g_ptr_array_index(more, i), NULL));
}

GPtrArray *unattend_specialize_commands(const UnattendSettings *settings, const UnattendTarget *target)
{
    (void)target;
    GPtrArray *commands = g_ptr_array_new_with_free_func(unattend_command_free);
    switches_add_specialize_commands(settings->switches, commands);
    append_copies(commands, settings->specialize);
    return commands;
}

// WQL wants a quote or backslash in a text behind a backslash [D]; user names have no backslash.
static void add_password_that_stays(GPtrArray *commands, const UnattendUser *user, guint index)
{
    g_auto(GStrv) parts = g_strsplit(user->name, "'", -1);
    g_autofree char *name = g_strjoinv("\\'", parts);
    g_autofree char *pointer = g_strdup_printf("/users/%u/password_expires", index);
    // No setting of the answer file says so; Win32_UserAccount.PasswordExpires can be written [D].
    g_autofree char *command = g_strdup_printf(
        "wmic useraccount where \"LocalAccount=TRUE and Name='%s'\" set PasswordExpires=FALSE", name);
    g_ptr_array_add(commands, unattend_command_new(pointer, command, TRUE));
}

GPtrArray *unattend_first_logon_commands(const UnattendSettings *settings, const UnattendTarget *target)
{
    (void)target;
    GPtrArray *commands = g_ptr_array_new_with_free_func(unattend_command_free);
    // Found by its relative id, because its name is another one in other languages. A password alone leaves
    // the account disabled [D]; Win32_UserAccount.Disabled can be written [D].
    if (settings->administrator_enabled)
        g_ptr_array_add(commands,
                        unattend_command_new("/administrator/enabled",
                                             "wmic useraccount where \"LocalAccount=TRUE and SID like "
                                             "'S-1-5-21-%-500'\" set Disabled=FALSE",
                                             TRUE));
    for (guint i = 0; i < settings->users->len; i++) {
        const UnattendUser *user = g_ptr_array_index(settings->users, i);
        if (user->never_expires)
            add_password_that_stays(commands, user, i);
    }
    switches_add_first_logon_commands(settings->switches, commands);
    append_copies(commands, settings->first_logon);
    return commands;
}

guint unattend_first_logon_reboots(const UnattendSettings *settings)
{
    guint count = switches_restarts(settings->switches);
    for (guint i = 0; i < settings->first_logon->len; i++)
        count += ((const UnattendCommand *)g_ptr_array_index(settings->first_logon, i))->reboot ? 1 : 0;
    return count;
}

char *unattend_first_logon_list(const UnattendSettings *settings, const UnattendTarget *target)
{
    g_autoptr(GPtrArray) commands = unattend_first_logon_commands(settings, target);
    GString *text = g_string_new(LIST_HEADER "\r\n");
    for (guint i = 0; i < commands->len; i++) {
        const UnattendCommand *command = g_ptr_array_index(commands, i);
        g_string_append_printf(text, "%s %s %s %s\r\n", command->stop ? "stop" : "continue",
                               command->reboot ? "yes" : "no", command->pointer, command->command);
    }
    return g_string_free(text, FALSE);
}
