// SPDX-License-Identifier: GPL-3.0-or-later
// Pass oobeSystem: every page of Windows Welcome answered, the users, the first logon and its one command.
#include "unattend/answer_file.h"

// Enough for every boot of a test machine; Windows counts down at each logon [D].
#define LOGON_COUNT_ALWAYS 9999
// Nobody asked for it: once, for the first-logon commands.
#define LOGON_COUNT_ONCE 1

#define FIRST_LOGON_COMMAND "cmd.exe /c %SystemDrive%\\sevend\\first-logon.cmd"

static const UnattendUser *user_at(const AnswerFile *file, guint index)
{
    return g_ptr_array_index(file->settings->users, index);
}

static void add_autologon(const AnswerFile *file, xmlNode *shell)
{
    const UnattendUser *user = user_at(file, file->settings->autologon);
    xmlNode *node = xml_container(shell, "AutoLogon");
    answer_file_password(file, node, user->password);
    xml_flag(node, "Enabled", TRUE);
    // Documented as needed with AutoLogon [D].
    xml_number(node, "LogonCount", user->autologon ? LOGON_COUNT_ALWAYS : LOGON_COUNT_ONCE);
    xml_text(node, "Username", user->name);
}

static void add_first_logon(xmlNode *shell)
{
    xmlNode *item = xml_list_item(xml_container(shell, "FirstLogonCommands"), "SynchronousCommand");
    xml_number(item, "Order", 1);
    xml_text(item, "CommandLine", FIRST_LOGON_COMMAND);
    xml_text(item, "Description", "Run the first-logon commands");
}

// FACTS: each of these answers a page of Windows Welcome; the deprecated SkipMachineOOBE is not used [D].
static void add_welcome(xmlNode *shell)
{
    xmlNode *node = xml_container(shell, "OOBE");
    xml_flag(node, "HideEULAPage", TRUE);
    xml_flag(node, "HideWirelessSetupInOOBE", TRUE);
    xml_text(node, "NetworkLocation", "Work");
    xml_number(node, "ProtectYourPC", 3);
}

static void add_user(const AnswerFile *file, xmlNode *list, const UnattendUser *user)
{
    xmlNode *item = xml_list_item(list, "LocalAccount");
    answer_file_password(file, item, user->password);
    if (user->description != NULL)
        xml_text(item, "Description", user->description);
    if (user->full_name != NULL)
        xml_text(item, "DisplayName", user->full_name);
    // Setup translates these English names on other discs [D].
    xml_text(item, "Group", user->administrator ? "Administrators" : "Users");
    xml_text(item, "Name", user->name);
}

void pass_oobe_system(const AnswerFile *file)
{
    xmlNode *pass = xml_pass(file->document, "oobeSystem");
    answer_file_international(file,
                              answer_file_component(file, pass, "Microsoft-Windows-International-Core"));
    xmlNode *shell = answer_file_component(file, pass, "Microsoft-Windows-Shell-Setup");
    add_autologon(file, shell);
    add_first_logon(shell);
    add_welcome(shell);
    xmlNode *users = xml_container(xml_container(shell, "UserAccounts"), "LocalAccounts");
    for (guint i = 0; i < file->settings->users->len; i++)
        add_user(file, users, user_at(file, i));
    xml_text(shell, "TimeZone", file->settings->time_zone);
}
