// SPDX-License-Identifier: GPL-3.0-or-later
// The oobeSystem pass: Windows Welcome shows a page for each thing that it was not told.
#include "answerfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHELL_SETUP "Microsoft-Windows-Shell-Setup"
#define WELCOME     "Set Up Windows"

static _Noreturn void refuse(const char *setting, const char *why)
{
    detail("[oobeSystem] %s/%s: %s", SHELL_SETUP, setting, why);
    stop_parsing("oobeSystem", WRONG_VALUE, SHELL_SETUP);
}

static void check_group(const char *groups)
{
    static const char *const known[] = {
        "Administrators",
        "Backup Operators",
        "BackupOperators",
        "Cryptographic Operators",
        "Distributed COM Users",
        "Event Log Readers",
        "Guests",
        "IIS_IUSRS",
        "Network Configuration Operators",
        "Performance Log Users",
        "Performance Monitor Users",
        "Power Users",
        "PowerUsers",
        "Remote Desktop Users",
        "RemoteDesktopUsers",
        "Replicator",
        "Users",
    };
    char *rest = strdup(groups);
    for (char *group; (group = strsep(&rest, ";"));) {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            found = found || strcasecmp(group, known[i]) == 0;
        if (!found)
            refuse("UserAccounts/LocalAccounts/LocalAccount/Group", "no such group");
    }
}

static void plan_account(xmlNode *account)
{
    const char *const name = text_at(account, "Name");
    const char *const group = text_at(account, "Group");
    xmlNode *const password = find_node(account, "Password");
    if (!name || wrong_user_name(name))
        refuse("UserAccounts/LocalAccounts/LocalAccount/Name", name ? wrong_user_name(name) : "missing");
    for (xmlNode *other = next_node(account); other; other = next_node(other))
        if (text_at(other, "Name") && strcasecmp(text_at(other, "Name"), name) == 0)
            refuse("UserAccounts/LocalAccounts/LocalAccount/Name", "there twice");
    if (group)
        check_group(group);
    const char *const secret = password ? password_of(password) : "";
    if (!secret || strlen(secret) > 127)
        refuse("UserAccounts/LocalAccounts/LocalAccount/Password",
               "neither plain nor hidden in Windows' way");
    printf("user\t%s\t%s\n", name, group ? group : "Users");
}

static xmlNode *account_named(xmlNode *first, const char *name)
{
    for (; first; first = next_node(first))
        if (text_at(first, "Name") && strcasecmp(text_at(first, "Name"), name) == 0)
            return first;
    return NULL;
}

// Prints nothing where the logon screen will wait for a person.
static void plan_autologon(xmlNode *shell, xmlNode *accounts)
{
    xmlNode *const logon = find_node(shell, "AutoLogon");
    const char *const name = text_at(logon, "Username");
    if (!is_true(logon, "Enabled"))
        return;
    xmlNode *const account = name ? account_named(accounts, name) : NULL;
    const bool administrator = name && strcasecmp(name, "Administrator") == 0;
    if (!name || (!account && !administrator)) {
        printf("wrong-logon\tno such account\n");
        return;
    }
    xmlNode *const expected = administrator ? find_node(shell, "UserAccounts/AdministratorPassword")
                                            : find_node(account, "Password");
    xmlNode *const given = find_node(logon, "Password");
    const char *const right = expected ? password_of(expected) : "";
    const char *const tried = given ? password_of(given) : "";
    if (!right || !tried || strcmp(right, tried) != 0) {
        printf("wrong-logon\tThe user name or password is incorrect.\n");
        return;
    }
    // Windows 7 adds one to a LogonCount that is not zero; zero and absent switch the logon off (documented
    // as needed).
    const long long count = number_at(logon, "LogonCount");
    if (count > 0)
        printf("autologon\t%s\t%lld\n", name, count + 1);
}

// The built-in account is there always; a password does not enable it.
static void plan_administrator(xmlNode *shell)
{
    xmlNode *const password = find_node(shell, "UserAccounts/AdministratorPassword");
    if (!password)
        return;
    const char *const secret = password_of(password);
    if (!secret || strlen(secret) > 127)
        refuse("UserAccounts/AdministratorPassword", "neither plain nor hidden in Windows' way");
}

// Prints the commands of a list in the order that they ask for.
static void plan_commands(xmlNode *shell, const char *list, const char *word)
{
    long long last = 0;
    xmlNode *const first = find_node(shell, list);
    for (xmlNode *item = first; item; item = next_node(item)) {
        const long long order = number_at(item, "Order");
        if (order == 0 || !text_at(item, "CommandLine"))
            refuse(list, "without Order or CommandLine");
        for (xmlNode *other = next_node(item); other; other = next_node(other))
            if (number_at(other, "Order") == order)
                refuse(list, "an Order is there twice");
        last = order > last ? order : last;
    }
    for (long long order = 1; order <= last && order <= 10000; order++)
        for (xmlNode *item = first; item; item = next_node(item))
            if (number_at(item, "Order") == order)
                printf("%s\t%lld\t%s\n", word, order, text_at(item, "CommandLine"));
}

static _Noreturn void stop_at_page(const char *text)
{
    detail("[oobeSystem] Windows Welcome waits: %.40s", text);
    stop(STOP_PAGE, WELCOME, "%s", text);
}

static void check_pages(xmlNode *shell, bool zone_known)
{
    xmlNode *const oobe = find_node(shell, "OOBE");
    if (!find_node(shell, "UserAccounts/LocalAccounts/LocalAccount") && !is_true(shell, "AutoLogon/Enabled"))
        stop_at_page("Choose a user name for your account and name your computer to distinguish it on the "
                     "network.\n\nType a "
                     "user name (for example, John):");
    if (!is_true(oobe, "HideEULAPage"))
        stop_at_page("Please read the license terms\n\n[ ] I accept the license terms");
    if (!text_at(oobe, "ProtectYourPC"))
        stop_at_page(
            "Help protect your computer and improve Windows automatically\n\nUse recommended settings");
    if (!zone_known)
        stop_at_page("Review your time and date settings");
    if (!text_at(oobe, "NetworkLocation"))
        stop_at_page("Select your computer's current location");
}

void plan_oobe(void)
{
    xmlDoc *const document = load_answer_file("oobeSystem");
    check_pass(document, "oobeSystem");
    xmlNode *const shell = find_component(find_pass(document, "oobeSystem"), SHELL_SETUP);
    xmlNode *const earlier = find_component(find_pass(document, "specialize"), SHELL_SETUP);
    xmlNode *const accounts = find_node(shell, "UserAccounts/LocalAccounts/LocalAccount");
    const char *const zone = text_at(shell, "TimeZone");
    if (zone && !known_time_zone(zone))
        refuse("TimeZone", "not a time zone of Windows 7");
    check_pages(shell, zone || text_at(earlier, "TimeZone"));
    for (xmlNode *account = accounts; account; account = next_node(account))
        plan_account(account);
    if (zone)
        printf("time-zone\t%s\n", zone);
    plan_autologon(shell, accounts);
    plan_administrator(shell);
    plan_commands(shell, "FirstLogonCommands/SynchronousCommand", "command");
    plan_commands(shell, "LogonCommands/AsynchronousCommand", "logon-command");
    plan_registry(document, "oobeSystem");
    plan_international(
        find_component(find_pass(document, "oobeSystem"), "Microsoft-Windows-International-Core"));
}
