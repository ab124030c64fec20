// SPDX-License-Identifier: GPL-3.0-or-later
// Settings that are nothing but a value in the registry: where Windows 7 keeps each, so that programs in the
// guest find it there.
#include "answerfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHELL_SETUP "Microsoft-Windows-Shell-Setup"
#define IE          "Microsoft-Windows-IE-InternetExplorer"
#define FIREWALL    "Networking-MPSSVC-Svc"
#define CURRENT     "Software\\Microsoft\\Windows\\CurrentVersion\\"
#define CURRENT_NT  "Software\\Microsoft\\Windows NT\\CurrentVersion\\"
#define CONTROL     "System\\CurrentControlSet\\Control\\"
#define PROFILES    "System\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\"
#define VIDEO       "System\\CurrentControlSet\\Hardware Profiles\\0001\\" CONTROL "VIDEO"

typedef enum { TEXT, NUMBER, FLAG } Form;

static const struct {
    const char *pass, *component, *path;
    const char *key, *name; // below HKEY_LOCAL_MACHINE
    Form form;
} values[] = {
    { "offlineServicing", "Microsoft-Windows-LUA-Settings", "EnableLUA", CURRENT "Policies\\System",
      "EnableLUA", FLAG },
    { "specialize", "Microsoft-Windows-TerminalServices-LocalSessionManager", "fDenyTSConnections",
      CONTROL "Terminal Server", "fDenyTSConnections", FLAG },
    { "specialize", "Microsoft-Windows-TerminalServices-RDP-WinStationExtensions", "UserAuthentication",
      CONTROL "Terminal Server\\WinStations\\RDP-Tcp", "UserAuthentication", NUMBER },
    { "specialize", FIREWALL, "DomainProfile_EnableFirewall", PROFILES "DomainProfile", "EnableFirewall",
      FLAG },
    { "specialize", FIREWALL, "PrivateProfile_EnableFirewall", PROFILES "StandardProfile", "EnableFirewall",
      FLAG },
    { "specialize", FIREWALL, "PublicProfile_EnableFirewall", PROFILES "PublicProfile", "EnableFirewall",
      FLAG },
    { "specialize", "Security-Malware-Windows-Defender", "DisableAntiSpyware",
      "Software\\Microsoft\\Windows Defender", "DisableAntiSpyware", FLAG },
    { "specialize", "Microsoft-Windows-SystemRestore-Main", "DisableSR", CURRENT_NT "SystemRestore",
      "DisableSR", NUMBER },
    { "specialize", "Microsoft-Windows-SQMAPI", "CEIPEnabled", "Software\\Microsoft\\SQMClient\\Windows",
      "CEIPEnable", NUMBER },
    { "specialize", "Microsoft-Windows-ErrorReportingCore", "DisableWER",
      "Software\\Microsoft\\Windows\\Windows Error Reporting", "Disabled", NUMBER },
    { "specialize", IE, "Home_Page", "Software\\Microsoft\\Internet Explorer\\Main", "Start Page", TEXT },
    { "specialize", IE, "DisableFirstRunWizard", "Software\\Policies\\Microsoft\\Internet Explorer\\Main",
      "DisableFirstRunCustomize", FLAG },
    { "specialize", "Microsoft-Windows-Security-SPP-UX", "SkipAutoActivation",
      CURRENT_NT "SoftwareProtectionPlatform\\Activation", "Manual", FLAG },
    { "oobeSystem", SHELL_SETUP, "OEMInformation/Manufacturer", CURRENT "OEMInformation", "Manufacturer",
      TEXT },
    { "oobeSystem", SHELL_SETUP, "OEMInformation/Model", CURRENT "OEMInformation", "Model", TEXT },
    { "oobeSystem", SHELL_SETUP, "OEMInformation/SupportHours", CURRENT "OEMInformation", "SupportHours",
      TEXT },
    { "oobeSystem", SHELL_SETUP, "OEMInformation/SupportPhone", CURRENT "OEMInformation", "SupportPhone",
      TEXT },
    { "oobeSystem", SHELL_SETUP, "OEMInformation/SupportURL", CURRENT "OEMInformation", "SupportURL", TEXT },
    { "oobeSystem", SHELL_SETUP, "Display/HorizontalResolution", VIDEO, "DefaultSettings.XResolution",
      NUMBER },
    { "oobeSystem", SHELL_SETUP, "Display/VerticalResolution", VIDEO, "DefaultSettings.YResolution", NUMBER },
    { "oobeSystem", SHELL_SETUP, "Display/ColorDepth", VIDEO, "DefaultSettings.BitsPerPel", NUMBER },
    { "oobeSystem", SHELL_SETUP, "Display/RefreshRate", VIDEO, "DefaultSettings.VRefresh", NUMBER },
    { "oobeSystem", SHELL_SETUP, "Display/DPI", CURRENT_NT "FontDPI", "LogPixels", NUMBER },
};

static void print_number(const char *hive, const char *key, const char *name, unsigned long number)
{
    printf("registry\t%s\t%s\t%s\tdword\t%lu\n", hive, key, name, number);
}

static void print_text(const char *hive, const char *key, const char *name, const char *text)
{
    printf("registry\t%s\t%s\t%s\ttext\t%s\n", hive, key, name, text);
}

void plan_registry(xmlDoc *document, const char *pass)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strcmp(values[i].pass, pass) != 0)
            continue;
        const char *const text =
            text_at(find_component(find_pass(document, pass), values[i].component), values[i].path);
        if (!text)
            continue;
        const bool on = strcmp(text, "true") == 0;
        switch (values[i].form) {
        case TEXT:
            print_text("machine", values[i].key, values[i].name, text);
            break;
        case NUMBER:
            print_number("machine", values[i].key, values[i].name, strtoul(text, NULL, 10));
            break;
        case FLAG:
            print_number("machine", values[i].key, values[i].name, on);
            break;
        }
    }
}

// "0409" of "0409:00000409" or of a tag.
static const char *layout_of(const char *input)
{
    const char *const colon = strchr(input, ':');
    return colon ? colon + 1 : default_layout(input);
}

static void plan_keyboards(const char *inputs)
{
    char *rest = strdup(inputs);
    char name[16];
    int count = 0;
    for (char *one; (one = strsep(&rest, ";"));) {
        one += strspn(one, " ");
        if (*one == '\0')
            continue;
        snprintf(name, sizeof name, "%d", ++count);
        print_text("user", "Keyboard Layout\\Preload", name, layout_of(one));
    }
}

void plan_international(xmlNode *core)
{
    const char *const system = text_at(core, "SystemLocale");
    const char *const user = text_at(core, "UserLocale");
    const char *const language = text_at(core, "UILanguage");
    const char *const input = text_at(core, "InputLocale");
    char padded[16];
    if (system && locale_id(system)) {
        print_text("machine", CONTROL "Nls\\Language", "Default", locale_id(system));
        snprintf(padded, sizeof padded, "%08lx", strtoul(locale_id(system), NULL, 16));
        print_text("machine", CONTROL "Nls\\Locale", "", padded);
    }
    if (user && locale_id(user)) {
        snprintf(padded, sizeof padded, "%08lX", strtoul(locale_id(user), NULL, 16));
        print_text("user", "Control Panel\\International", "Locale", padded);
        print_text("user", "Control Panel\\International", "LocaleName", user);
    }
    if (language && locale_id(language))
        print_text("machine", CONTROL "Nls\\Language", "InstallLanguage", locale_id(language));
    if (input)
        plan_keyboards(input);
}
