// SPDX-License-Identifier: GPL-3.0-or-later
// Completing an imported answer file: what sevend owns replaces or joins what is there, what a zero-touch
// install needs is added where the file is silent. The file has been checked: nothing here contradicts it.
#include <string.h>

#include "unattend/import.h"
#include "unattend/import_rules.h"
#include "unattend/import_tree.h"

#define SETUP       "Microsoft-Windows-Setup"
#define SHELL_SETUP "Microsoft-Windows-Shell-Setup"
#define WINPE_CORE  "Microsoft-Windows-International-Core-WinPE"
#define CORE        "Microsoft-Windows-International-Core"

static xmlNode *pass_of(const AnswerFile *file, const char *name)
{
    for (xmlNode *pass = import_child(xmlDocGetRootElement(file->document), "settings"); pass != NULL;
         pass = import_next(pass)) {
        g_autofree char *found = import_attribute(pass, "pass");
        if (g_strcmp0(found, name) == 0)
            return pass;
    }
    return xml_pass(file->document, name);
}

// A second component of the same name in a pass would stop Setup [D].
static xmlNode *component_of(const AnswerFile *file, const char *pass, const char *name)
{
    xmlNode *component = import_component(file->document, pass, name, file->target->architecture);
    if (component == NULL)
        return answer_file_component(file, pass_of(file, pass), name);
    const xmlChar *wcm = (const xmlChar *)XML_WCM_NAMESPACE;
    if (xmlSearchNsByHref(file->document, component, wcm) == NULL) // it has no list; it may get one
        xmlNewNs(component, wcm, (const xmlChar *)"wcm");
    return component;
}

// What is sevend's own says so: it stems from no setting.
static xmlNode *own(xmlNode *node)
{
    return xml_of(node, "");
}

static xmlNode *need_container(xmlNode *parent, const char *name)
{
    xmlNode *node = import_child(parent, name);
    return node != NULL ? node : own(xml_container(parent, name));
}

static void need_text(xmlNode *parent, const char *name, const char *text)
{
    if (import_child(parent, name) == NULL)
        own(xml_text(parent, name, text));
}

static void remove_child(xmlNode *parent, const char *name)
{
    xmlNode *node = import_child(parent, name);
    if (node == NULL)
        return;
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

static void set_text(xmlNode *parent, const char *name, const char *text)
{
    remove_child(parent, name);
    own(xml_text(parent, name, text));
}

// What the component does not say is as in @earlier (a component, or NULL), else the target's own.
static void need_locale(xmlNode *component, const xmlNode *earlier, const char *name, const char *otherwise)
{
    g_autofree char *said = import_text_at(earlier, name);
    need_text(component, name, said != NULL ? said : otherwise);
}

static void need_international(const AnswerFile *file, xmlNode *component, const xmlNode *earlier)
{
    const Locale *language = unattend_language(file->settings, file->target);
    need_locale(component, earlier, "InputLocale", unattend_keyboard(file->settings, file->target));
    need_locale(component, earlier, "SystemLocale", language->tag);
    need_locale(component, earlier, "UILanguage", language->tag);
    need_locale(component, earlier, "UserLocale", language->tag);
}

static void merge_disk(const AnswerFile *file, xmlNode *setup)
{
    xmlNode *configuration = import_child(setup, "DiskConfiguration");
    if (import_find(setup, "DiskConfiguration/Disk") == NULL) {
        remove_child(setup, "DiskConfiguration");
        pass_windows_pe_add_disk(&file->settings->disk, setup);
    } else {
        set_text(configuration, "WillShowUI", "Never");
    }
}

static void merge_image(const AnswerFile *file, xmlNode *setup)
{
    g_autofree char *partition = import_find(setup, "DiskConfiguration/Disk") != NULL
                                     ? import_text_at(setup, "ImageInstall/OSImage/InstallTo/PartitionID")
                                     : NULL;
    guint number =
        partition != NULL ? (guint)g_ascii_strtoull(partition, NULL, 10) : file->settings->disk.windows;
    remove_child(setup, "ImageInstall");
    pass_windows_pe_add_image(file, setup, number);
}

static void merge_user_data(const AnswerFile *file, xmlNode *setup)
{
    xmlNode *user_data = need_container(setup, "UserData");
    need_text(user_data, "AcceptEula", "true");
    g_autofree char *key = import_text_at(user_data, "ProductKey/Key");
    if (key != NULL && *key != '\0') {
        set_text(import_child(user_data, "ProductKey"), "WillShowUI", "OnError");
        return;
    }
    remove_child(user_data, "ProductKey");
    pass_windows_pe_add_product_key(file, user_data);
}

static void merge_windows_pe(const AnswerFile *file)
{
    xmlNode *core = component_of(file, "windowsPE", WINPE_CORE);
    xmlNode *setup = component_of(file, "windowsPE", SETUP);
    xmlNode *language = need_container(core, "SetupUILanguage");
    g_autofree char *chosen = import_text_at(core, "UILanguage");
    need_text(language, "UILanguage",
              chosen != NULL ? chosen : unattend_language(file->settings, file->target)->tag);
    remove_child(language, "WillShowUI");
    need_international(file, core, NULL);
    merge_image(file, setup); // before the disk: it asks whether the file has one of its own
    merge_disk(file, setup);
    merge_user_data(file, setup);
}

static void merge_drivers(const AnswerFile *file)
{
    if (file->target->without_drivers)
        return;
    xmlNode *component =
        component_of(file, "offlineServicing", "Microsoft-Windows-PnpCustomizationsNonWinPE");
    xmlNode *item =
        own(xml_keyed_item(need_container(component, "DriverPaths"), "PathAndCredentials", "sevend"));
    xml_of(xml_text(item, "Path", "X:\\drivers"), "/drivers");
}

static gint compare_orders(gconstpointer a, gconstpointer b)
{
    g_autofree char *one = import_text_at(*(xmlNode *const *)a, "Order");
    g_autofree char *other = import_text_at(*(xmlNode *const *)b, "Order");
    const guint64 first = one != NULL ? g_ascii_strtoull(one, NULL, 10) : 0;
    const guint64 second = other != NULL ? g_ascii_strtoull(other, NULL, 10) : 0;
    return first < second ? -1 : first > second;
}

static void set_order(xmlNode *item, guint order)
{
    remove_child(item, "Order");
    xmlNode *node = xml_number(item, "Order", order);
    if (item->children != node)
        xmlAddPrevSibling(item->children, node);
}

// Numbers the items of a list from @from on, and puts them, in their order. Returns the next number.
static guint renumber(xmlNode *list, const char *item_name, guint from)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (xmlNode *item = import_child(list, item_name); item != NULL; item = import_next(item))
        g_ptr_array_add(items, item);
    g_ptr_array_sort(items, compare_orders);
    for (guint i = 0; i < items->len; i++) {
        xmlNode *item = g_ptr_array_index(items, i);
        set_order(item, from + i);
        xmlUnlinkNode(item);
        xmlAddChild(list, item);
    }
    return from + items->len;
}

static void merge_specialize(const AnswerFile *file)
{
    xmlNode *shell = component_of(file, "specialize", SHELL_SETUP);
    xmlNode *list =
        need_container(component_of(file, "specialize", "Microsoft-Windows-Deployment"), "RunSynchronous");
    renumber(list, "RunSynchronousCommand", 2);
    xmlNode *agent = own(pass_specialize_add_agent(list));
    if (list->children != agent)
        xmlAddPrevSibling(list->children, agent);
    need_text(shell, "ComputerName", file->settings->computer_name);
    g_autofree char *key = import_text_at(shell, "ProductKey");
    if (file->settings->product_key == NULL && key == NULL) {
        xmlNode *activation = component_of(file, "specialize", "Microsoft-Windows-Security-SPP-UX");
        need_text(activation, "SkipAutoActivation", "true");
    }
}

static void merge_logon_count(const AnswerFile *file, xmlNode *logon)
{
    g_autofree char *text = import_text_at(logon, "LogonCount");
    const guint64 least = 1 + unattend_first_logon_reboots(file->settings);
    const guint64 count = text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;
    if (count >= least)
        return;
    remove_child(logon, "LogonCount");
    own(xml_number(logon, "LogonCount", least));
}

// The account's own password, which answer files hide in the same way in both places.
static void add_autologon(const AnswerFile *file, xmlNode *shell)
{
    const xmlNode *account = import_autologon_account(shell);
    g_autofree char *name = import_text_at(account, "Name");
    xmlNode *logon = own(xml_container(shell, "AutoLogon"));
    g_autofree char *value = import_text_at(account, "Password/Value"); // the secret's token
    g_autofree char *plain = import_text_at(account, "Password/PlainText");
    xmlNode *password = xml_container(logon, "Password");
    xml_text(password, "Value", value != NULL ? value : "");
    xml_text(password, "PlainText", plain != NULL ? plain : "true");
    xml_flag(logon, "Enabled", TRUE);
    xml_number(logon, "LogonCount", 1 + unattend_first_logon_reboots(file->settings));
    xml_text(logon, "Username", name != NULL ? name : "");
}

static void merge_accounts(const AnswerFile *file, xmlNode *shell)
{
    if (file->settings->users->len > 0) {
        remove_child(shell, "AutoLogon");
        remove_child(import_child(shell, "UserAccounts"), "LocalAccounts");
        pass_oobe_system_add_users(file, shell, need_container(shell, "UserAccounts"));
        return;
    }
    xmlNode *logon = import_child(shell, "AutoLogon");
    if (logon == NULL)
        add_autologon(file, shell);
    else
        merge_logon_count(file, logon);
    if (logon != NULL)
        need_text(logon, "Enabled", "true");
}

static void merge_oobe_system(const AnswerFile *file)
{
    xmlNode *shell = component_of(file, "oobeSystem", SHELL_SETUP);
    xmlNode *welcome = need_container(shell, "OOBE");
    need_international(file, component_of(file, "oobeSystem", CORE),
                       component_of(file, "windowsPE", WINPE_CORE));
    need_text(welcome, "HideEULAPage", "true");
    need_text(welcome, "HideWirelessSetupInOOBE", "true");
    need_text(welcome, "NetworkLocation", "Work");
    need_text(welcome, "ProtectYourPC", "3");
    merge_accounts(file, shell);
    xmlNode *commands = need_container(shell, "FirstLogonCommands");
    own(pass_oobe_system_add_first_logon(commands, renumber(commands, "SynchronousCommand", 1)));
    g_autofree char *zone =
        import_text_at(import_component(file->document, "specialize", SHELL_SETUP, NULL), "TimeZone");
    need_text(shell, "TimeZone", zone != NULL ? zone : file->settings->time_zone);
}

void import_merge(const AnswerFile *file)
{
    merge_windows_pe(file);
    merge_drivers(file);
    merge_specialize(file);
    merge_oobe_system(file);
}
