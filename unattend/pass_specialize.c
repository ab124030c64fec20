// SPDX-License-Identifier: GPL-3.0-or-later
// Pass specialize: the machine's own name and the command that installs the agent. Runs in the installed
// system, as SYSTEM, before anybody logs on.
#include "unattend/answer_file.h"

// The config disc has another letter on each machine; its tag file tells it from other discs. At most 259
// characters [D].
#define SPECIALIZE_COMMAND                                                                                   \
    "cmd.exe /c for %d in (C D E F G H I J K L M N O P Q R S T U V W X Y Z) do "                             \
    "@if exist %d:\\sevend\\config.tag call %d:\\sevend\\specialize.cmd %d:"

G_STATIC_ASSERT(sizeof SPECIALIZE_COMMAND <= 260);

static void add_identity(const AnswerFile *file, xmlNode *pass)
{
    const UnattendSettings *settings = file->settings;
    xmlNode *shell = answer_file_component(file, pass, "Microsoft-Windows-Shell-Setup");
    xml_of(xml_text(shell, "ComputerName", settings->computer_name), "/system/computer_name");
    if (settings->activation_key != NULL)
        xml_of(answer_file_secret(file, shell, "ProductKey", g_strdup(settings->activation_key)),
               "/activation_key");
    if (settings->organization != NULL)
        xml_of(xml_text(shell, "RegisteredOrganization", settings->organization), "/system/organization");
    if (settings->owner != NULL)
        xml_of(xml_text(shell, "RegisteredOwner", settings->owner), "/system/owner");
}

static xmlNode *add_command(xmlNode *list, guint order, const char *path, const char *description)
{
    xmlNode *item = xml_list_item(list, "RunSynchronousCommand");
    xml_number(item, "Order", order);
    xml_text(item, "Path", path);
    if (description != NULL)
        xml_text(item, "Description", description);
    xml_text(item, "WillReboot", "Never");
    return item;
}

xmlNode *pass_specialize_add_agent(xmlNode *list)
{
    return add_command(list, 1, SPECIALIZE_COMMAND, "Install the sevend agent");
}

// The agent first: it runs the others and tells the host how they end.
static void add_commands(const AnswerFile *file, xmlNode *pass)
{
    xmlNode *deployment = answer_file_component(file, pass, "Microsoft-Windows-Deployment");
    xmlNode *list = xml_container(deployment, "RunSynchronous");
    g_autoptr(GPtrArray) commands = unattend_specialize_commands(file->settings, file->target);
    pass_specialize_add_agent(list);
    for (guint i = 0; i < commands->len; i++) {
        const UnattendCommand *command = g_ptr_array_index(commands, i);
        g_autofree char *path = specialize_path(command);
        xml_of(add_command(list, i + 2, path, command->description), command->pointer);
    }
}

void pass_specialize(const AnswerFile *file)
{
    xmlNode *pass = xml_pass(file->document, "specialize");
    add_commands(file, pass);
    if (file->settings->skip_activation)
        xml_of(xml_flag(answer_file_component(file, pass, "Microsoft-Windows-Security-SPP-UX"),
                        "SkipAutoActivation", TRUE),
               "/system/skip_activation");
    add_identity(file, pass);
}
