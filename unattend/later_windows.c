// SPDX-License-Identifier: GPL-3.0-or-later
// Settings and features of other Windows versions; see later_windows.h.
#include "unattend/later_windows.h"

#include <string.h>

#define WINDOWS_8  "Windows 8 and later"
#define WINDOWS_81 "Windows 8.1 and later"
#define WINDOWS_10 "Windows 10 and later"
#define WINDOWS_11 "Windows 11"

typedef struct {
    const char *name; // a "*" at the end stands for anything
    const char *where;
} OtherWindows;

// Source: the catalogue's list of later settings [D] where a setting has an element there; else [P].
static const OtherWindows settings[] = {
    { "account_sign_in_mode", WINDOWS_10 },
    { "active_hours", WINDOWS_10 },
    { "compact_os", WINDOWS_10 },
    { "core_isolation", WINDOWS_10 },
    { "cortana", WINDOWS_10 },
    { "dark_mode", WINDOWS_10 },
    { "delivery_optimization", WINDOWS_10 },
    { "device_encryption", WINDOWS_8 },
    { "enable_start_menu", WINDOWS_10 },
    { "fast_startup", WINDOWS_8 },
    { "go_to_desktop_on_sign_in", WINDOWS_81 },
    { "hide_local_account_screen", WINDOWS_8 },
    { "hide_oem_registration_screen", WINDOWS_8 },
    { "hide_online_account_screens", WINDOWS_8 },
    { "lock_screen", WINDOWS_8 },
    { "microsoft_account", WINDOWS_8 },
    { "onedrive", WINDOWS_81 },
    { "power_button_on_start_screen", WINDOWS_81 },
    { "prevent_device_encryption", WINDOWS_8 },
    { "sign_in_mode", WINDOWS_10 },
    { "smart_screen", WINDOWS_8 },
    { "smartscreen", WINDOWS_8 },
    { "start_screen", WINDOWS_8 },
    { "start_tiles", WINDOWS_8 },
    { "store", WINDOWS_8 },
    { "store_apps_on_taskbar", WINDOWS_81 },
    { "tablet_mode", WINDOWS_10 },
    { "taskbar_alignment", WINDOWS_11 },
    { "telemetry", WINDOWS_10 },
    { "timeline", WINDOWS_10 },
    { "welcome_center", "Windows Vista" }, // SkipUserOOBE: gone in Windows 7 [D]
    { "widgets", WINDOWS_11 },
};

// Source: lists of "dism /online /get-features" of Windows 8, 8.1 and 10 in public use [P].
static const OtherWindows features[] = {
    { "Client-*", WINDOWS_8 },
    { "Containers*", WINDOWS_10 },
    { "DataCenterBridging", WINDOWS_8 },
    { "DirectPlay", WINDOWS_8 },
    { "HostGuardian", WINDOWS_10 },
    { "HypervisorPlatform", WINDOWS_10 },
    { "IIS-ASPNET45", WINDOWS_8 },
    { "IIS-ApplicationInit", WINDOWS_8 },
    { "IIS-CertProvider", WINDOWS_8 },
    { "IIS-NetFxExtensibility45", WINDOWS_8 },
    { "IIS-WebSockets", WINDOWS_8 },
    { "LegacyComponents", WINDOWS_8 },
    { "Microsoft-Hyper-V*", WINDOWS_8 },
    { "Microsoft-Windows-Subsystem-Linux", WINDOWS_10 },
    { "MicrosoftWindowsPowerShellV2*", WINDOWS_8 },
    { "MultiPoint-*", WINDOWS_10 },
    { "NetFx4*", WINDOWS_8 },
    { "Printing-PrintToPDFServices-Features", WINDOWS_10 },
    { "SMB1Protocol*", WINDOWS_81 },
    { "SmbDirect", WINDOWS_10 },
    { "VirtualMachinePlatform", WINDOWS_10 },
    { "WCF-HTTP-Activation45", WINDOWS_8 },
    { "WCF-MSMQ-Activation45", WINDOWS_8 },
    { "WCF-Pipe-Activation45", WINDOWS_8 },
    { "WCF-Services45", WINDOWS_8 },
    { "WCF-TCP-*", WINDOWS_8 },
    { "Windows-Defender-*", WINDOWS_10 },
    { "Windows-Identity-Foundation", WINDOWS_8 },
    { "WorkFolders-Client", WINDOWS_81 },
};

static const char *find(const OtherWindows *table, gsize count, const char *name)
{
    for (gsize i = 0; i < count; i++) {
        gsize length = strlen(table[i].name);
        const gboolean prefix = table[i].name[length - 1] == '*';
        if (prefix ? g_ascii_strncasecmp(name, table[i].name, length - 1) == 0
                   : g_ascii_strcasecmp(name, table[i].name) == 0)
            return table[i].where;
    }
    return NULL;
}

const char *setting_of_other_windows(const char *name)
{
    return find(settings, G_N_ELEMENTS(settings), name);
}

const char *feature_of_other_windows(const char *name)
{
    return find(features, G_N_ELEMENTS(features), name);
}
