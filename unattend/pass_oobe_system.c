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

// A setting of the user at @index: "/users/0/name".
static xmlNode *of_user(xmlNode *node, guint index, const char *member)
{
    g_autofree char *pointer = g_strdup_printf("/users/%u/%s", index, member);
    return xml_of(node, pointer);
}

// Each restart between first-logon commands is a logon more.
static guint logon_count(const UnattendSettings *settings, const UnattendUser *user)
{
    if (user->autologon && user->autologon_count == 0)
        return LOGON_COUNT_ALWAYS;
    return (user->autologon ? user->autologon_count : LOGON_COUNT_ONCE) +
           unattend_first_logon_reboots(settings);
}

static void add_autologon(const AnswerFile *file, xmlNode *shell)
{
    const guint index = file->settings->autologon;
    const UnattendUser *user = user_at(file, index);
    xmlNode *node = of_user(xml_container(shell, "AutoLogon"), index, "autologon");
    of_user(answer_file_password(file, node, "Password", user->password), index, "password");
    xml_flag(node, "Enabled", TRUE);
    // Documented as needed with AutoLogon [D].
    of_user(xml_number(node, "LogonCount", logon_count(file->settings, user)), index, "autologon_count");
    of_user(xml_text(node, "Username", user->name), index, "name");
}

static void add_display(const DisplaySettings *display, xmlNode *shell)
{
    const struct {
        const char *element, *pointer;
        guint value;
    } elements[] = {
        { "ColorDepth", "/display/depth", display->depth },
        { "DPI", "/display/dpi", display->dpi },
        { "HorizontalResolution", "/display/width", display->width },
        { "RefreshRate", "/display/refresh_rate", display->refresh },
        { "VerticalResolution", "/display/height", display->height },
    };
    if (!display_is_set(display))
        return;
    xmlNode *node = xml_container(shell, "Display");
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++)
        if (elements[i].value != 0)
            xml_of(xml_number(node, elements[i].element, elements[i].value), elements[i].pointer);
}

xmlNode *pass_oobe_system_add_first_logon(xmlNode *list, guint order)
{
    xmlNode *item = xml_list_item(list, "SynchronousCommand");
    xml_number(item, "Order", order);
    xml_text(item, "CommandLine", FIRST_LOGON_COMMAND);
    xml_text(item, "Description", "Run the first-logon commands");
    return item;
}

// For every user at logon. The documentation of later systems describes it for Windows 7 as well [B].
static void add_logon_commands(const AnswerFile *file, xmlNode *shell)
{
    const GPtrArray *commands = file->settings->logon;
    if (commands->len == 0)
        return;
    xmlNode *list = xml_container(shell, "LogonCommands");
    for (guint i = 0; i < commands->len; i++) {
        const UnattendCommand *command = g_ptr_array_index(commands, i);
        xmlNode *item = xml_of(xml_list_item(list, "AsynchronousCommand"), command->pointer);
        xml_number(item, "Order", i + 1);
        xml_text(item, "CommandLine", command->command);
        if (command->description != NULL)
            xml_text(item, "Description", command->description);
    }
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

static void add_oem(const UnattendOem *oem, xmlNode *shell)
{
    const struct {
        const char *element, *pointer, *text;
    } elements[] = {
        { "Manufacturer", "/system/oem/manufacturer", oem->manufacturer },
        { "Model", "/system/oem/model", oem->model },
        { "SupportHours", "/system/oem/support_hours", oem->support_hours },
        { "SupportPhone", "/system/oem/support_phone", oem->support_phone },
        { "SupportURL", "/system/oem/support_url", oem->support_url },
    };
    xmlNode *node = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (elements[i].text == NULL)
            continue;
        if (node == NULL)
            node = xml_container(shell, "OEMInformation");
        xml_of(xml_text(node, elements[i].element, elements[i].text), elements[i].pointer);
    }
}

static void add_user(const AnswerFile *file, xmlNode *list, guint index)
{
    const UnattendUser *user = user_at(file, index);
    g_autofree char *pointer = g_strdup_printf("/users/%u", index);
    xmlNode *item = xml_of(xml_list_item(list, "LocalAccount"), pointer);
    of_user(answer_file_password(file, item, "Password", user->password), index, "password");
    if (user->description != NULL)
        of_user(xml_text(item, "Description", user->description), index, "description");
    if (user->full_name != NULL)
        of_user(xml_text(item, "DisplayName", user->full_name), index, "full_name");
    // Setup translates these English names on other discs [D].
    of_user(xml_text(item, "Group", user->groups), index, "groups");
    of_user(xml_text(item, "Name", user->name), index, "name");
}

static void add_users(const AnswerFile *file, xmlNode *accounts)
{
    xmlNode *users = xml_container(accounts, "LocalAccounts");
    for (guint i = 0; i < file->settings->users->len; i++)
        add_user(file, users, i);
}

static void add_accounts(const AnswerFile *file, xmlNode *shell)
{
    const UnattendSettings *settings = file->settings;
    xmlNode *accounts = xml_container(shell, "UserAccounts");
    if (settings->administrator_password != NULL)
        xml_of(
            answer_file_password(file, accounts, "AdministratorPassword", settings->administrator_password),
            "/administrator/password");
    add_users(file, accounts);
}

void pass_oobe_system_add_users(const AnswerFile *file, xmlNode *shell, xmlNode *accounts)
{
    add_autologon(file, shell);
    add_users(file, accounts);
}

void pass_oobe_system(const AnswerFile *file)
{
    xmlNode *pass = xml_pass(file->document, "oobeSystem");
    answer_file_international(file,
                              answer_file_component(file, pass, "Microsoft-Windows-International-Core"));
    xmlNode *shell = answer_file_component(file, pass, "Microsoft-Windows-Shell-Setup");
    add_autologon(file, shell);
    add_display(&file->settings->display, shell);
    pass_oobe_system_add_first_logon(xml_container(shell, "FirstLogonCommands"), 1);
    add_logon_commands(file, shell);
    add_welcome(shell);
    add_oem(&file->settings->oem, shell);
    add_accounts(file, shell);
    xml_of(xml_text(shell, "TimeZone", file->settings->time_zone), "/system/time_zone");
}
