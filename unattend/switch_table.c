// SPDX-License-Identifier: GPL-3.0-or-later
// The table of switches. Marks as in FACTS: [D] Microsoft's documentation (for an element: confidence "doc"
// in the catalogue; for a registry value: Microsoft's policy templates), [P] proven in public use, [B]
// belief. An element where the catalogue has one, else a registry value.
#include "unattend/switch_table.h"

#include "unattend/editions.h"

// clang-format off
#define ON_OFF      SWITCH_BOOL, { "true", "false" }
#define ONE_OF(...) SWITCH_CHOICE, { __VA_ARGS__ }
#define ADDRESS     SWITCH_URL, { NULL }

#define ELEMENT(pass, component, path, ...) { CARRIED_BY_ELEMENT, pass, component, path, NULL, { __VA_ARGS__ } }
#define MACHINE(key, name, type, ...)       { CARRIED_BY_MACHINE_VALUE, NULL, key, name, type, { __VA_ARGS__ } }
#define USER(key, name, type, ...)          { CARRIED_BY_USER_VALUE, NULL, key, name, type, { __VA_ARGS__ } }
#define USER_COMMAND(...)                   { CARRIED_BY_USER_COMMAND, NULL, NULL, NULL, NULL, { __VA_ARGS__ } }
// clang-format on

#define DWORD  "REG_DWORD"
#define TEXT   "REG_SZ"
#define BINARY "REG_BINARY"

#define IE       "Microsoft-Windows-IE-InternetExplorer"
#define FIREWALL "Networking-MPSSVC-Svc"
#define RDP_OPEN "FirewallGroups/FirewallGroup[RemoteDesktop]/"

#define CURRENT_VERSION   "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define POLICIES_SYSTEM   CURRENT_VERSION "Policies\\System"
#define POLICIES_EXPLORER CURRENT_VERSION "Policies\\Explorer"
#define POWER_CONTROL     "SYSTEM\\CurrentControlSet\\Control\\Power"
// Plans' settings as policies, with the GUIDs of the plans [D: Power.admx].
#define POWER_POLICY  "SOFTWARE\\Policies\\Microsoft\\Power\\PowerSettings\\"
#define SLEEP_TIMEOUT POWER_POLICY "29F6C1DB-86DA-48C5-9FDB-F2B67B1F44DA"
#define LOCK_ON_WAKE  POWER_POLICY "0E796BDB-100D-47D6-A2D5-F7D2DAA51F51"
#define AUTO_UPDATE   "SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU"

// The default user's.
#define DESKTOP  "Control Panel\\Desktop"
#define EXPLORER "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\"
#define ADVANCED EXPLORER "Advanced"

// Every event keeps its sound in a key ".Current": a scheme's name alone silences none of them.
#define SILENCE                                                                                              \
    "cmd /c \"for /f \"tokens=*\" %k in ('reg query HKU\\sevend\\AppEvents\\Schemes\\Apps /s') do "          \
    "if \"%~nxk\"==\".Current\" reg add \"%k\" /ve /d \"\" /f\""

const Switch switch_table[] = {
    // Both values: [P: packer-windows].
    { "system", "hibernation", ON_OFF,
      .effects = { MACHINE(POWER_CONTROL, "HibernateEnabled", DWORD, "1", "0"),
                   MACHINE(POWER_CONTROL, "HibernateFileSizePercent", DWORD, NULL, "0") } },
    // Seconds; 30 minutes is what the plan "Balanced" has when plugged in. [D: Power.admx]
    { "system", "sleep", ON_OFF,
      .effects = { MACHINE(SLEEP_TIMEOUT, "ACSettingIndex", DWORD, "1800", "0"),
                   MACHINE(SLEEP_TIMEOUT, "DCSettingIndex", DWORD, "1800", "0") } },
    // [D]
    { "system", "system_restore", ON_OFF,
      .effects = { ELEMENT("specialize", "Microsoft-Windows-SystemRestore-Main", "DisableSR", "0", "1") } },
    // [D]
    { "system", "error_reporting", ON_OFF,
      .effects = { ELEMENT("specialize", "Microsoft-Windows-ErrorReportingCore", "DisableWER", "0", "1") } },
    // [D]
    { "system", "ceip", ON_OFF,
      .effects = { ELEMENT("specialize", "Microsoft-Windows-SQMAPI", "CEIPEnabled", "1", "0") } },

    // [P]; the blank one, because every edition has it [B]. The catalogue's Themes/ScreenSaver is a
    // belief, and Starter has no themes.
    { "desktop", "screen_saver", ON_OFF,
      .effects = { USER(DESKTOP, "ScreenSaveActive", TEXT, "1", "0"),
                   USER(DESKTOP, "ScreenSaveTimeOut", TEXT, "600", NULL),
                   USER(DESKTOP, "SCRNSAVE.EXE", TEXT, "C:\\Windows\\System32\\scrnsave.scr", NULL) } },
    // On waking up [D: Power.admx], and when the screen saver ends [P].
    { "desktop", "lock_on_resume", ON_OFF,
      .effects = { MACHINE(LOCK_ON_WAKE, "ACSettingIndex", DWORD, "1", "0"),
                   MACHINE(LOCK_ON_WAKE, "DCSettingIndex", DWORD, "1", "0"),
                   USER(DESKTOP, "ScreenSaverIsSecure", TEXT, "1", "0") } },
    // [D]
    { "desktop", "ie_first_run", ON_OFF,
      .effects = { ELEMENT("specialize", IE, "DisableFirstRunWizard", "false", "true") } },
    // [D]
    { "desktop", "ie_home_page", ADDRESS,
      .effects = { ELEMENT("specialize", IE, "Home_Page", SWITCH_OWN_TEXT) } },
    // [P], as the next.
    { "desktop", "hidden_files", ON_OFF, .effects = { USER(ADVANCED, "Hidden", DWORD, "1", "2") } },
    { "desktop", "file_extensions", ON_OFF, .effects = { USER(ADVANCED, "HideFileExt", DWORD, "0", "1") } },
    // [D: Sidebar.admx; Microsoft's advisory 2719662]. The catalogue's switches of the
    // sidebar are deprecated.
    { "desktop", "gadgets", ON_OFF,
      .effects = { MACHINE(CURRENT_VERSION "Policies\\Windows\\Sidebar", "TurnOffSidebar", DWORD, "0",
                           "1") } },
    // [P]
    { "desktop", "sounds", ON_OFF,
      .effects = { USER("AppEvents\\Schemes", NULL, TEXT, ".Default", ".None"),
                   USER_COMMAND(NULL, SILENCE) } },
    // The policy [D: Logon.admx], and what Control Panel writes [P].
    { "desktop", "startup_sound", ON_OFF,
      .effects = { MACHINE(POLICIES_SYSTEM, "DisableStartupSound", DWORD, "0", "1"),
                   MACHINE(CURRENT_VERSION "Authentication\\LogonUI\\BootAnimation", "DisableStartupSound",
                           DWORD, "0", "1") } },
    // What "Performance Options" writes [P]; the catalogue's VisualEffects/FontSmoothing is a belief, and
    // one of many.
    { "desktop", "visual_effects", ONE_OF("best-performance", "best-appearance", "default"),
      .effects = { USER(EXPLORER "VisualEffects", "VisualFXSetting", DWORD, "2", "1", "0"),
                   USER(DESKTOP, "UserPreferencesMask", BINARY, "9012018010000000", "9E3E078012000000"),
                   USER(DESKTOP, "DragFullWindows", TEXT, "0", "1"),
                   USER(DESKTOP, "FontSmoothing", TEXT, "0", "2"),
                   USER(DESKTOP "\\WindowMetrics", "MinAnimate", TEXT, "0", "1"),
                   USER(ADVANCED, "TaskbarAnimations", DWORD, "0", "1"),
                   USER(ADVANCED, "ListviewAlphaSelect", DWORD, "0", "1"),
                   USER(ADVANCED, "ListviewShadow", DWORD, "0", "1") } },
    // The icon and its balloons: a policy of users [D: Taskbar.admx] that works for the machine too [P].
    { "desktop", "action_center_balloons", ON_OFF,
      .effects = { MACHINE(POLICIES_EXPLORER, "HideSCAHealth", DWORD, "0", "1") } },
    // What "Taskbar and Start Menu Properties" and "Desktop Icon Settings" write [P].
    { "desktop", "taskbar_small_icons", ON_OFF,
      .effects = { USER(ADVANCED, "TaskbarSmallIcons", DWORD, "1", "0") } },
    { "desktop", "taskbar_combine", ONE_OF("always", "when-full", "never"),
      .effects = { USER(ADVANCED, "TaskbarGlomLevel", DWORD, "0", "1", "2") } },
    { "desktop", "run_in_start_menu", ON_OFF,
      .effects = { USER(ADVANCED, "Start_ShowRun", DWORD, "1", "0") } },
    { "desktop", "computer_icon", ON_OFF,
      .effects = { USER(EXPLORER "HideDesktopIcons\\NewStartPanel", "{20D04FE0-3AEA-1069-A2D8-08002B30309D}",
                        DWORD, "0", "1") } },

    // [D: WindowsUpdate.admx]; "automatic": every day at three.
    { "updates", "windows_update", ONE_OF("off", "notify", "download", "automatic"),
      .effects = { MACHINE(AUTO_UPDATE, "NoAutoUpdate", DWORD, "1", "0", "0", "0"),
                   MACHINE(AUTO_UPDATE, "AUOptions", DWORD, NULL, "2", "3", "4"),
                   MACHINE(AUTO_UPDATE, "ScheduledInstallDay", DWORD, NULL, NULL, NULL, "0"),
                   MACHINE(AUTO_UPDATE, "ScheduledInstallTime", DWORD, NULL, NULL, NULL, "3") } },
    // The policy [D: DeviceSetup.admx], and what "Device Installation Settings" writes [P].
    { "updates", "driver_search", ON_OFF,
      .effects = { MACHINE("SOFTWARE\\Policies\\Microsoft\\Windows\\DriverSearching", "SearchOrderConfig",
                           DWORD, "1", "0"),
                   MACHINE(CURRENT_VERSION "DriverSearching", "SearchOrderConfig", DWORD, "1", "0") } },

    // [D]
    { "security", "uac", ONE_OF("on", "off"),
      .effects = { ELEMENT("offlineServicing", "Microsoft-Windows-LUA-Settings", "EnableLUA", "true",
                           "false") } },
    // The four steps of the slider in "User Account Control Settings" [D].
    { "security", "uac_prompt", ONE_OF("always", "default", "without-dimming", "never"),
      .effects = { MACHINE(POLICIES_SYSTEM, "ConsentPromptBehaviorAdmin", DWORD, "2", "5", "5", "0"),
                   MACHINE(POLICIES_SYSTEM, "PromptOnSecureDesktop", DWORD, "1", "1", "0", "0") } },
    // [D]
    { "security", "defender", ON_OFF,
      .effects = { ELEMENT("specialize", "Security-Malware-Windows-Defender", "DisableAntiSpyware", "false",
                           "true") } },
    // [D]
    { "security", "firewall", ON_OFF,
      .effects = { ELEMENT("specialize", FIREWALL, "DomainProfile_EnableFirewall", "true", "false"),
                   ELEMENT("specialize", FIREWALL, "PrivateProfile_EnableFirewall", "true", "false"),
                   ELEMENT("specialize", FIREWALL, "PublicProfile_EnableFirewall", "true", "false") } },
    // [D]; the group by its resource, which is the same in every language; the item's key is a belief of the
    // catalogue that every sample has.
    { "security", "remote_desktop", ON_OFF, .only_editions = EDITIONS_BUSINESS,
      .not_here = "no Remote Desktop host",
      .effects = { ELEMENT("specialize", "Microsoft-Windows-TerminalServices-LocalSessionManager",
                           "fDenyTSConnections", "false", "true"),
                   ELEMENT("specialize", FIREWALL, RDP_OPEN "Active", "true", NULL),
                   ELEMENT("specialize", FIREWALL, RDP_OPEN "Group", "@FirewallAPI.dll,-28752", NULL),
                   ELEMENT("specialize", FIREWALL, RDP_OPEN "Profile", "all", NULL) } },
    // [D]
    { "security", "remote_desktop_nla", ON_OFF, .only_editions = EDITIONS_BUSINESS,
      .not_here = "no Remote Desktop host",
      .effects = { ELEMENT("specialize", "Microsoft-Windows-TerminalServices-RDP-WinStationExtensions",
                           "UserAuthentication", "1", "0") } },
    // A bit a kind of drive; 0x91 is Windows 7's own [D: AutoPlay.admx, KB 967715].
    { "security", "autorun", ON_OFF,
      .effects = { MACHINE(POLICIES_EXPLORER, "NoDriveTypeAutoRun", DWORD, "145", "255") } },
};

const guint switch_count = G_N_ELEMENTS(switch_table);
