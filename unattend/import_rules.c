// SPDX-License-Identifier: GPL-3.0-or-later
// The list of conflicts; see import_rules.h.
#include "unattend/import_rules.h"

#include <string.h>

#include "unattend/import_check.h"
#include "unattend/import_tree.h"

#define SETUP       "Microsoft-Windows-Setup"
#define SHELL_SETUP "Microsoft-Windows-Shell-Setup"

// Settings that must have one value, if they are there.
static const struct {
    const char *pass, *component, *path, *wanted, *why;
} fixed[] = {
    { "windowsPE", SETUP, "UserData/AcceptEula", "true", "Setup would stop at the licence" },
    { "windowsPE", SETUP, "UpgradeData/Upgrade", "false", "sevend installs onto an empty disk" },
    { "windowsPE", SETUP, "ImageInstall/OSImage/InstallToAvailablePartition", "false",
      "sevend must know the partition: use InstallTo" },
    { "windowsPE", SETUP, "ImageInstall/OSImage/InstallTo/DiskID", "0", "the machine has one disk, disk 0" },
    { "oobeSystem", SHELL_SETUP, "OOBE/HideEULAPage", "true", "Windows Welcome would stop at the licence" },
    { "oobeSystem", SHELL_SETUP, "OOBE/SkipUserOOBE", "false", "the first logon must come to its end" },
    { "oobeSystem", SHELL_SETUP, "AutoLogon/Enabled", "true",
      "somebody must log on, or the end of the install is never seen" },
};

// Settings that must not be there at all.
static const struct {
    const char *pass, *component, *path, *why;
} forbidden[] = {
    { "windowsPE", SETUP, "ImageInstall/OSImage/InstallFrom/Path",
      "the image is the one on the request's disc" },
    { "windowsPE", SETUP, "ImageInstall/DataImage", "only the image on the request's disc is installed" },
    { "windowsPE", SETUP, "WindowsDeploymentServices", "the machine has no network" },
    { "windowsPE", SETUP, "UseConfigurationSet", "the configuration is sevend's own disc" },
    { "windowsPE", SETUP, "Restart", "Setup must restart the machine" },
    { "specialize", "Microsoft-Windows-UnattendedJoin", "Identification/JoinDomain",
      "the machine has no network" },
    { "oobeSystem", "Microsoft-Windows-Deployment", "Reseal", "sevend ends the install itself" },
    { "oobeSystem", SHELL_SETUP, "UserAccounts/DomainAccounts", "the machine has no network" },
    { "oobeSystem", SHELL_SETUP, "AutoLogon/Domain", "accounts are the machine's own" },
};

static void check_fixed(const xmlDoc *document, Faults *faults)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
        const xmlNode *node =
            import_find(import_component(document, fixed[i].pass, fixed[i].component, NULL), fixed[i].path);
        g_autofree char *text = import_text(node);
        if (text != NULL && strcmp(text, fixed[i].wanted) != 0)
            import_complain(faults, node, "conflict", "must be \"%s\": %s", fixed[i].wanted, fixed[i].why);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(forbidden); i++) {
        const xmlNode *node = import_find(
            import_component(document, forbidden[i].pass, forbidden[i].component, NULL), forbidden[i].path);
        if (node != NULL)
            import_complain(faults, node, "conflict", "remove it: %s", forbidden[i].why);
    }
}

static void check_disk(const xmlDoc *document, Faults *faults)
{
    const xmlNode *setup = import_component(document, "windowsPE", SETUP, NULL);
    const xmlNode *disk = import_find(setup, "DiskConfiguration/Disk");
    const xmlNode *partition = import_find(setup, "ImageInstall/OSImage/InstallTo/PartitionID");
    if (disk == NULL)
        return;
    g_autofree char *id = import_text_at(disk, "DiskID");
    if (g_strcmp0(id, "0") != 0 || import_next(disk) != NULL)
        import_complain(faults, disk, "conflict", "the machine has one disk, disk 0");
    if (partition == NULL) {
        import_complain(faults, disk, "conflict",
                        "with partitions of its own the file must say which one Windows goes to "
                        "(ImageInstall/OSImage/InstallTo)");
        return;
    }
    g_autofree char *wanted = import_text(partition);
    guint count = 0;
    for (const xmlNode *create = import_find(disk, "CreatePartitions/CreatePartition"); create != NULL;
         create = import_next(create)) {
        g_autofree char *size = import_text_at(create, "Size");
        g_autofree char *extend = import_text_at(create, "Extend");
        if ((size != NULL) == (g_strcmp0(extend, "true") == 0))
            import_complain(faults, create, "conflict",
                            "needs exactly one of Size and Extend: Setup ends with both or neither");
        count++;
    }
    const guint64 number = g_ascii_strtoull(wanted, NULL, 10);
    if (number < 1 || number > count)
        import_complain(faults, partition, "conflict", "DiskConfiguration does not make partition %s",
                        wanted);
}

static gboolean is_administrator(const xmlNode *account)
{
    g_autofree char *groups = import_text_at(account, "Group");
    g_auto(GStrv) list = g_strsplit(groups != NULL ? groups : "", ";", -1);
    for (gsize i = 0; list[i] != NULL; i++)
        if (g_ascii_strcasecmp(g_strstrip(list[i]), "Administrators") == 0)
            return TRUE;
    return FALSE;
}

static xmlNode *account_named(const xmlNode *shell, const char *name)
{
    for (xmlNode *account = import_find(shell, "UserAccounts/LocalAccounts/LocalAccount"); account != NULL;
         account = import_next(account)) {
        g_autofree char *other = import_text_at(account, "Name");
        if (other != NULL && g_ascii_strcasecmp(other, name) == 0)
            return account;
    }
    return NULL;
}

xmlNode *import_autologon_account(const xmlNode *shell)
{
    g_autofree char *name = import_text_at(shell, "AutoLogon/Username");
    if (name != NULL)
        return account_named(shell, name);
    for (xmlNode *account = import_find(shell, "UserAccounts/LocalAccounts/LocalAccount"); account != NULL;
         account = import_next(account))
        if (is_administrator(account))
            return account;
    return NULL;
}

static void check_accounts(const xmlDoc *document, Faults *faults)
{
    const xmlNode *shell = import_component(document, "oobeSystem", SHELL_SETUP, NULL);
    const xmlNode *accounts = import_find(shell, "UserAccounts/LocalAccounts/LocalAccount");
    const xmlNode *logon = import_find(shell, "AutoLogon");
    g_autofree char *name = import_text_at(logon, "Username");
    const gboolean built_in = name != NULL && g_ascii_strcasecmp(name, "Administrator") == 0;
    const xmlNode *account = import_autologon_account(shell);
    if (logon != NULL && name == NULL)
        import_complain(faults, logon, "required", "needs a Username");
    else if (logon != NULL && accounts == NULL && !built_in)
        import_complain(faults, logon, "conflict", "the file has no account that could log on");
    else if (logon != NULL && account == NULL && !built_in)
        import_complain(faults, logon, "conflict", "names an account that the file does not make");
    else if (account != NULL && !is_administrator(account))
        import_complain(faults, account, "conflict",
                        "the user who logs on must be in Administrators: the first-logon commands need one");
    else if (accounts != NULL && account == NULL && !built_in)
        import_complain(faults, accounts, "no-administrator",
                        "at least one account must be in Administrators");
    for (; accounts != NULL; accounts = import_next(accounts)) {
        g_autofree char *account_name = import_text_at(accounts, "Name");
        if (account_name == NULL)
            import_complain(faults, accounts, "required", "an account needs a Name");
        else if (account_named(shell, account_name) != accounts)
            import_complain(faults, accounts, "repeated", "another account has this name already");
    }
}

void import_check_rules(const xmlDoc *document, Faults *faults)
{
    check_fixed(document, faults);
    check_disk(document, faults);
    check_accounts(document, faults);
}
