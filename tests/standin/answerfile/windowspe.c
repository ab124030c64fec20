// SPDX-License-Identifier: GPL-3.0-or-later
// The windowsPE pass: pages that an unattended Setup must have answers for, in the order in which Setup shows
// them.
#include "answerfile.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static _Noreturn void stop_at_language_page(const char *why)
{
    detail("[windowsPE] Microsoft-Windows-International-Core-WinPE: %s", why);
    stop(STOP_PAGE, "Install Windows",
         "Language to install: English\nTime and currency format:\nKeyboard or input method:\n\nEnter your "
         "language and other "
         "preferences and click \"Next\" to continue.");
}

static void check_international(xmlNode *core)
{
    const char *const setup_language = text_at(core, "SetupUILanguage/UILanguage");
    const char *const language = text_at(core, "UILanguage");
    const char *const system = text_at(core, "SystemLocale");
    const char *const user = text_at(core, "UserLocale");
    const char *const input = text_at(core, "InputLocale");
    const char *const shown = text_at(core, "SetupUILanguage/WillShowUI");
    if (!setup_language || strcasecmp(setup_language, facts.language) != 0)
        stop_at_language_page("SetupUILanguage/UILanguage is not a language of this disc");
    if (!language || strcasecmp(language, facts.language) != 0)
        stop_at_language_page("UILanguage is not a language of this disc");
    if (!system || !known_locale(system) || !user || !known_locale(user))
        stop_at_language_page("SystemLocale or UserLocale is missing or unknown");
    if (!input || !known_input_locale(input))
        stop_at_language_page("InputLocale is missing or unknown");
    if (shown && strcmp(shown, "Always") == 0)
        stop_at_language_page("SetupUILanguage/WillShowUI is Always");
    printf("locale\t%s\t%s\t%s\n", system, user, input);
}

static void check_product_key(xmlNode *setup)
{
    xmlNode *const product = find_node(setup, "UserData/ProductKey");
    const char *const key = text_at(product, "Key");
    const char *const shown = text_at(product, "WillShowUI");
    // Seen with Windows 10: text directly in ProductKey, or ProductKey without Key.
    if (product && !key)
        stop(STOP_DIALOG, "Windows Setup",
             "Windows cannot read the <ProductKey> setting from the unattend answer file.");
    if (shown && strcmp(shown, "Always") == 0)
        stop(STOP_PAGE, "Install Windows", "Type your Windows product key");
    if (!key && !facts.ei_cfg) {
        detail("[windowsPE] UserData/ProductKey: neither a key nor an ei.cfg");
        stop(STOP_PAGE, "Install Windows", "Type your product key for activation");
    }
    if (key && *key == '\0' && facts.ei_cfg)
        stop(STOP_DIALOG, "Install Windows",
             "Windows cannot find the Microsoft Software License Terms. Make sure the "
             "installation sources are valid and restart the installation.");
    if (key && *key && wrong_product_key(key)) {
        detail("[windowsPE] UserData/ProductKey/Key: %s", wrong_product_key(key));
        stop(STOP_DIALOG, "Windows Setup",
             "Windows cannot read the <ProductKey> setting from the unattend answer file.");
    }
}

static void check_licence(xmlNode *setup)
{
    if (!is_true(setup, "UserData/AcceptEula"))
        stop(STOP_PAGE, "Install Windows",
             "Please read the license terms\n\nMICROSOFT SOFTWARE LICENSE TERMS\n\n[ ] I accept the license "
             "terms");
}

static void check_shown_pages(xmlNode *setup)
{
    const char *const image = text_at(setup, "ImageInstall/OSImage/WillShowUI");
    const char *const disks = text_at(setup, "DiskConfiguration/WillShowUI");
    if (is_true(setup, "UpgradeData/Upgrade"))
        stop(STOP_DIALOG, "Install Windows", "The upgrade cannot be started using the setup disc.");
    if ((image && strcmp(image, "Always") == 0) || (disks && strcmp(disks, "Always") == 0))
        stop(STOP_PAGE, "Install Windows", "Where do you want to install Windows?");
}

static void plan_commands(xmlNode *setup)
{
    for (long long order = 1; order <= 500; order++)
        for (xmlNode *item = find_node(setup, "RunSynchronous/RunSynchronousCommand"); item;
             item = next_node(item))
            if (number_at(item, "Order") == order && text_at(item, "Path"))
                printf("run\t%lld\t%s\n", order, text_at(item, "Path"));
}

static void plan_driver_paths(xmlNode *pass)
{
    xmlNode *const drivers = find_component(pass, "Microsoft-Windows-PnpCustomizationsWinPE");
    for (xmlNode *item = find_node(drivers, "DriverPaths/PathAndCredentials"); item; item = next_node(item))
        if (text_at(item, "Path"))
            printf("driver-path\t%s\n", text_at(item, "Path"));
}

void plan_windows_pe(void)
{
    xmlDoc *const document = load_answer_file("windowsPE");
    check_pass(document, "windowsPE");
    xmlNode *const pass = find_pass(document, "windowsPE");
    xmlNode *const setup = find_component(pass, "Microsoft-Windows-Setup");
    check_international(find_component(pass, "Microsoft-Windows-International-Core-WinPE"));
    plan_commands(setup);
    plan_driver_paths(pass);
    check_product_key(setup);
    const int image = choose_image(setup);
    check_licence(setup);
    check_shown_pages(setup);
    int disk = -1, partition = 0;
    plan_disks(setup, &disk, &partition);
    printf("image\t%d\n", image);
    printf("install-to\t%d\t%d\n", disk, partition);
}

void plan_offline_servicing(void)
{
    xmlDoc *const document = load_answer_file("offlineServicing");
    check_pass(document, "offlineServicing");
    xmlNode *const drivers = find_component(find_pass(document, "offlineServicing"),
                                            "Microsoft-Windows-PnpCustomizationsNonWinPE");
    for (xmlNode *item = find_node(drivers, "DriverPaths/PathAndCredentials"); item; item = next_node(item)) {
        if (!text_at(item, "Path")) {
            detail("[offlineServicing] DriverPaths/PathAndCredentials without Path");
            stop_parsing("offlineServicing", WRONG_VALUE, "Microsoft-Windows-PnpCustomizationsNonWinPE");
        }
        printf("driver-path\t%s\n", text_at(item, "Path"));
    }
    plan_registry(document, "offlineServicing");
}
