// SPDX-License-Identifier: GPL-3.0-or-later
// The time zones that a Windows 7 image knows, by the names of its registry. Not for offsets or rules.
#include "unattend/time_zones.h"

#include <string.h>

// Source: the registry's zone list as of late 2010 (97 names; in FACTS' catalogue "timezones.txt",
// cross-checked with a list of 2009–2010). Zones that came with later updates (Turkey, Kaliningrad, Bahia,
// Magadan, Libya, Line Islands, Belarus) are left out: a bare 7601 image may lack them, and one misspelt zone
// has stopped Setup.
const char *const time_zones[] = {
    "Dateline Standard Time",
    "UTC-11",
    "Samoa Standard Time",
    "Hawaiian Standard Time",
    "Alaskan Standard Time",
    "Pacific Standard Time (Mexico)",
    "Pacific Standard Time",
    "US Mountain Standard Time",
    "Mountain Standard Time (Mexico)",
    "Mountain Standard Time",
    "Central America Standard Time",
    "Central Standard Time",
    "Central Standard Time (Mexico)",
    "Canada Central Standard Time",
    "SA Pacific Standard Time",
    "Eastern Standard Time",
    "US Eastern Standard Time",
    "Venezuela Standard Time",
    "Paraguay Standard Time",
    "Atlantic Standard Time",
    "Central Brazilian Standard Time",
    "SA Western Standard Time",
    "Pacific SA Standard Time",
    "Newfoundland Standard Time",
    "E. South America Standard Time",
    "Argentina Standard Time",
    "SA Eastern Standard Time",
    "Greenland Standard Time",
    "Montevideo Standard Time",
    "UTC-02",
    "Mid-Atlantic Standard Time",
    "Azores Standard Time",
    "Cape Verde Standard Time",
    "Morocco Standard Time",
    "UTC",
    "GMT Standard Time",
    "Greenwich Standard Time",
    "W. Europe Standard Time",
    "Central Europe Standard Time",
    "Romance Standard Time",
    "Central European Standard Time",
    "W. Central Africa Standard Time",
    "Jordan Standard Time",
    "GTB Standard Time",
    "Middle East Standard Time",
    "Egypt Standard Time",
    "Syria Standard Time",
    "South Africa Standard Time",
    "FLE Standard Time",
    "Israel Standard Time",
    "E. Europe Standard Time",
    "Namibia Standard Time",
    "Arabic Standard Time",
    "Arab Standard Time",
    "Russian Standard Time",
    "E. Africa Standard Time",
    "Iran Standard Time",
    "Arabian Standard Time",
    "Azerbaijan Standard Time",
    "Mauritius Standard Time",
    "Georgian Standard Time",
    "Caucasus Standard Time",
    "Afghanistan Standard Time",
    "Ekaterinburg Standard Time",
    "Pakistan Standard Time",
    "West Asia Standard Time",
    "India Standard Time",
    "Sri Lanka Standard Time",
    "Nepal Standard Time",
    "Central Asia Standard Time",
    "Bangladesh Standard Time",
    "N. Central Asia Standard Time",
    "Myanmar Standard Time",
    "SE Asia Standard Time",
    "North Asia Standard Time",
    "China Standard Time",
    "North Asia East Standard Time",
    "Singapore Standard Time",
    "W. Australia Standard Time",
    "Taipei Standard Time",
    "Ulaanbaatar Standard Time",
    "Tokyo Standard Time",
    "Korea Standard Time",
    "Yakutsk Standard Time",
    "Cen. Australia Standard Time",
    "AUS Central Standard Time",
    "E. Australia Standard Time",
    "AUS Eastern Standard Time",
    "West Pacific Standard Time",
    "Tasmania Standard Time",
    "Vladivostok Standard Time",
    "Central Pacific Standard Time",
    "New Zealand Standard Time",
    "UTC+12",
    "Fiji Standard Time",
    "Kamchatka Standard Time",
    "Tonga Standard Time",
    NULL,
};

gboolean time_zone_is_known(const char *name)
{
    return g_strv_contains(time_zones, name);
}

// "Pacific" and "pacific standard" mean "Pacific Standard Time": the shortest that begins so.
static const char *zone_that_begins(const char *name)
{
    const char *found = NULL;
    gsize length = strlen(name);
    for (gsize i = 0; length >= 3 && time_zones[i] != NULL; i++) {
        if (g_ascii_strncasecmp(time_zones[i], name, length) != 0)
            continue;
        if (found == NULL || strlen(time_zones[i]) < strlen(found))
            found = time_zones[i];
    }
    return found;
}

const char *time_zone_suggest(const char *name)
{
    const char *near = closest_name(name, time_zones);
    return near != NULL ? near : zone_that_begins(name);
}
