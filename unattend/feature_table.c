// SPDX-License-Identifier: GPL-3.0-or-later
// The table of features; see feature_table.h. Names and what they need: lists of "dism /get-features" and the
// tree of "Windows Features" in public use [P]. Editions: Microsoft's comparison of editions, and for IIS its
// list of features by edition [D]; where neither tells, none are given.
#include "unattend/feature_table.h"

#include <string.h>

#include "common/json.h"
#include "unattend/editions.h"

#define PREMIUM (EDITION_HOME_PREMIUM | EDITIONS_BUSINESS)
#define TOP     (EDITION_ENTERPRISE | EDITION_ULTIMATE)

const Feature feature_table[] = {
    { .name = "ClientForNFS-Infrastructure", .needs = "ServicesForNFS-ClientOnly", .editions = TOP },
    { .name = "FaxServicesClientPackage", .needs = "Printing-Foundation-Features" },
    { .name = "IIS-ApplicationDevelopment", .needs = "IIS-WebServer" },
    { .name = "IIS-ASP", .needs = "IIS-ISAPIExtensions;IIS-RequestFiltering" },
    { .name = "IIS-ASPNET",
      .needs = "IIS-ISAPIExtensions;IIS-ISAPIFilter;IIS-NetFxExtensibility;IIS-DefaultDocument" },
    { .name = "IIS-BasicAuthentication", .needs = "IIS-Security" },
    { .name = "IIS-CGI", .needs = "IIS-ApplicationDevelopment" },
    { .name = "IIS-ClientCertificateMappingAuthentication",
      .needs = "IIS-Security",
      .editions = EDITIONS_BUSINESS },
    { .name = "IIS-CommonHttpFeatures", .needs = "IIS-WebServer" },
    { .name = "IIS-CustomLogging", .needs = "IIS-HealthAndDiagnostics" },
    { .name = "IIS-DefaultDocument", .needs = "IIS-CommonHttpFeatures" },
    { .name = "IIS-DigestAuthentication", .needs = "IIS-Security", .editions = EDITIONS_BUSINESS },
    { .name = "IIS-DirectoryBrowsing", .needs = "IIS-CommonHttpFeatures" },
    { .name = "IIS-FTPExtensibility", .needs = "IIS-FTPSvc", .editions = EDITIONS_BUSINESS },
    { .name = "IIS-FTPServer", .needs = "IIS-WebServerRole", .editions = EDITIONS_BUSINESS },
    { .name = "IIS-FTPSvc", .needs = "IIS-FTPServer", .editions = EDITIONS_BUSINESS },
    { .name = "IIS-HealthAndDiagnostics", .needs = "IIS-WebServer" },
    { .name = "IIS-HostableWebCore" },
    { .name = "IIS-HttpCompressionDynamic", .needs = "IIS-Performance" },
    { .name = "IIS-HttpCompressionStatic", .needs = "IIS-Performance" },
    { .name = "IIS-HttpErrors", .needs = "IIS-CommonHttpFeatures" },
    { .name = "IIS-HttpLogging", .needs = "IIS-HealthAndDiagnostics" },
    { .name = "IIS-HttpRedirect", .needs = "IIS-CommonHttpFeatures" },
    { .name = "IIS-HttpTracing", .needs = "IIS-HealthAndDiagnostics" },
    { .name = "IIS-IIS6ManagementCompatibility", .needs = "IIS-WebServerManagementTools" },
    { .name = "IIS-IISCertificateMappingAuthentication",
      .needs = "IIS-Security",
      .editions = EDITIONS_BUSINESS },
    { .name = "IIS-IPSecurity", .needs = "IIS-Security" },
    { .name = "IIS-ISAPIExtensions", .needs = "IIS-ApplicationDevelopment" },
    { .name = "IIS-ISAPIFilter", .needs = "IIS-ApplicationDevelopment" },
    { .name = "IIS-LegacyScripts", .needs = "IIS-Metabase;IIS-WMICompatibility" },
    { .name = "IIS-LegacySnapIn", .needs = "IIS-Metabase" },
    { .name = "IIS-LoggingLibraries", .needs = "IIS-HealthAndDiagnostics" },
    { .name = "IIS-ManagementConsole", .needs = "IIS-WebServerManagementTools" },
    { .name = "IIS-ManagementScriptingTools", .needs = "IIS-WebServerManagementTools" },
    { .name = "IIS-ManagementService",
      .needs = "IIS-WebServerManagementTools",
      .editions = EDITIONS_BUSINESS },
    { .name = "IIS-Metabase", .needs = "IIS-IIS6ManagementCompatibility" },
    { .name = "IIS-NetFxExtensibility", .needs = "IIS-ApplicationDevelopment;IIS-RequestFiltering" },
    { .name = "IIS-ODBCLogging", .needs = "IIS-HealthAndDiagnostics", .editions = EDITIONS_BUSINESS },
    { .name = "IIS-Performance", .needs = "IIS-WebServer" },
    { .name = "IIS-RequestFiltering", .needs = "IIS-Security" },
    { .name = "IIS-RequestMonitor", .needs = "IIS-HealthAndDiagnostics" },
    { .name = "IIS-Security", .needs = "IIS-WebServer" },
    { .name = "IIS-ServerSideIncludes", .needs = "IIS-ApplicationDevelopment" },
    { .name = "IIS-StaticContent", .needs = "IIS-CommonHttpFeatures" },
    { .name = "IIS-URLAuthorization", .needs = "IIS-Security" },
    { .name = "IIS-WebDAV", .needs = "IIS-StaticContent" },
    { .name = "IIS-WebServer", .needs = "IIS-WebServerRole" },
    { .name = "IIS-WebServerManagementTools", .needs = "IIS-WebServerRole" },
    { .name = "IIS-WebServerRole" },
    { .name = "IIS-WindowsAuthentication", .needs = "IIS-Security", .editions = EDITIONS_BUSINESS },
    { .name = "IIS-WMICompatibility", .needs = "IIS-IIS6ManagementCompatibility" },
    { .name = "InboxGames" },
    { .name = "Chess", .needs = "InboxGames", .editions = PREMIUM },
    { .name = "FreeCell", .needs = "InboxGames" },
    { .name = "Hearts", .needs = "InboxGames" },
    { .name = "Internet Games", .needs = "InboxGames", .editions = PREMIUM },
    { .name = "Internet Backgammon", .needs = "Internet Games", .editions = PREMIUM },
    { .name = "Internet Checkers", .needs = "Internet Games", .editions = PREMIUM },
    { .name = "Internet Spades", .needs = "Internet Games", .editions = PREMIUM },
    { .name = "Minesweeper", .needs = "InboxGames" },
    { .name = "More Games", .needs = "InboxGames" },
    { .name = "PurblePlace", .needs = "InboxGames" },
    { .name = "Shanghai", .needs = "InboxGames", .editions = PREMIUM },
    { .name = "Solitaire", .needs = "InboxGames" },
    { .name = "SpiderSolitaire", .needs = "InboxGames" },
    { .name = "Indexing-Service-Package" },
    { .name = "Internet-Explorer-Optional-amd64", .architecture = "amd64" },
    { .name = "Internet-Explorer-Optional-x86", .architecture = "x86" },
    { .name = "MediaPlayback", .media = TRUE },
    { .name = "MediaCenter",
      .needs = "MediaPlayback;WindowsMediaPlayer",
      .editions = PREMIUM,
      .media = TRUE },
    { .name = "OpticalMediaDisc", .needs = "MediaPlayback", .editions = PREMIUM, .media = TRUE },
    { .name = "WindowsMediaPlayer", .needs = "MediaPlayback", .media = TRUE },
    { .name = "MSMQ-Container" },
    { .name = "MSMQ-ADIntegration", .needs = "MSMQ-Server" },
    { .name = "MSMQ-DCOMProxy", .needs = "MSMQ-Container" },
    { .name = "MSMQ-HTTP",
      .needs = "MSMQ-Server;IIS-ISAPIExtensions;IIS-NetFxExtensibility;IIS-DefaultDocument;"
               "IIS-DirectoryBrowsing;IIS-HttpErrors;IIS-HttpRedirect;IIS-StaticContent;IIS-HttpLogging;"
               "IIS-HttpTracing;IIS-LoggingLibraries;IIS-RequestMonitor;IIS-HttpCompressionStatic;"
               "IIS-Metabase;IIS-ManagementConsole" },
    { .name = "MSMQ-Multicast", .needs = "MSMQ-Server" },
    { .name = "MSMQ-Server", .needs = "MSMQ-Container" },
    { .name = "MSMQ-Triggers", .needs = "MSMQ-Server" },
    { .name = "MSRDC-Infrastructure" },
    { .name = "NetFx3" },
    { .name = "NFS-Administration", .needs = "ServicesForNFS-ClientOnly", .editions = TOP },
    { .name = "Printing-Foundation-Features" },
    { .name = "Printing-Foundation-InternetPrinting-Client", .needs = "Printing-Foundation-Features" },
    { .name = "Printing-Foundation-LPDPrintService", .needs = "Printing-Foundation-Features" },
    { .name = "Printing-Foundation-LPRPortMonitor", .needs = "Printing-Foundation-Features" },
    { .name = "Printing-XPSServices-Features" },
    { .name = "RasCMAK" },
    { .name = "RasRip" },
    { .name = "ScanManagementConsole", .needs = "Printing-Foundation-Features" },
    { .name = "SearchEngine-Client-Package" },
    { .name = "ServicesForNFS-ClientOnly", .editions = TOP },
    { .name = "SimpleTCP" },
    { .name = "SNMP" },
    { .name = "SUA", .editions = TOP },
    { .name = "TabletPCOC", .editions = PREMIUM },
    { .name = "TelnetClient" },
    { .name = "TelnetServer" },
    { .name = "TFTP" },
    { .name = "TIFFIFilter" },
    { .name = "WAS-ConfigurationAPI", .needs = "WAS-WindowsActivationService" },
    { .name = "WAS-NetFxEnvironment", .needs = "WAS-WindowsActivationService" },
    { .name = "WAS-ProcessModel", .needs = "WAS-WindowsActivationService" },
    { .name = "WAS-WindowsActivationService" },
    { .name = "WCF-HTTP-Activation",
      .needs = "NetFx3;IIS-NetFxExtensibility;WAS-ConfigurationAPI;WAS-NetFxEnvironment;WAS-ProcessModel" },
    { .name = "WCF-NonHTTP-Activation",
      .needs = "NetFx3;WAS-ConfigurationAPI;WAS-NetFxEnvironment;WAS-ProcessModel" },
    { .name = "WindowsGadgetPlatform" },
    { .name = "WMISnmpProvider", .needs = "SNMP" },
    { .name = "Xps-Foundation-Xps-Viewer" },
};

const guint feature_count = G_N_ELEMENTS(feature_table);

const Feature *feature_find(const char *name)
{
    for (guint i = 0; i < feature_count; i++)
        if (strcmp(feature_table[i].name, name) == 0)
            return &feature_table[i];
    return NULL;
}

const Feature *feature_suggest(const char *name)
{
    const char *names[G_N_ELEMENTS(feature_table) + 1] = { NULL };
    for (guint i = 0; i < feature_count; i++) {
        if (g_ascii_strcasecmp(feature_table[i].name, name) == 0)
            return &feature_table[i];
        names[i] = feature_table[i].name;
    }
    const char *near = closest_name(name, names);
    return near != NULL ? feature_find(near) : NULL;
}

gboolean feature_needs(const Feature *feature, const Feature *other)
{
    if (feature->needs == NULL)
        return FALSE;
    g_auto(GStrv) needs = g_strsplit(feature->needs, ";", -1);
    for (gsize i = 0; needs[i] != NULL; i++) {
        const Feature *needed = feature_find(needs[i]);
        if (needed == other || feature_needs(needed, other))
            return TRUE;
    }
    return FALSE;
}
