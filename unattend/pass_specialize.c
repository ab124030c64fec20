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
    xmlNode *shell = answer_file_component(file, pass, "Microsoft-Windows-Shell-Setup");
    xml_text(shell, "ComputerName", file->settings->computer_name);
    if (file->settings->organization != NULL)
        xml_text(shell, "RegisteredOrganization", file->settings->organization);
    if (file->settings->owner != NULL)
        xml_text(shell, "RegisteredOwner", file->settings->owner);
}

static void add_command(const AnswerFile *file, xmlNode *pass)
{
    xmlNode *deployment = answer_file_component(file, pass, "Microsoft-Windows-Deployment");
    xmlNode *item = xml_list_item(xml_container(deployment, "RunSynchronous"), "RunSynchronousCommand");
    xml_number(item, "Order", 1);
    xml_text(item, "Path", SPECIALIZE_COMMAND);
    xml_text(item, "Description", "Install the sevend agent");
    xml_text(item, "WillReboot", "Never");
}

void pass_specialize(const AnswerFile *file)
{
    xmlNode *pass = xml_pass(file->document, "specialize");
    add_command(file, pass);
    // Without a key of its own the machine must not try to activate.
    if (file->settings->product_key == NULL)
        xml_flag(answer_file_component(file, pass, "Microsoft-Windows-Security-SPP-UX"), "SkipAutoActivation",
                 TRUE);
    add_identity(file, pass);
}
