// SPDX-License-Identifier: GPL-3.0-or-later
// The table of Windows versions by number, client and server ("Operating System Version", Microsoft).
#include "windows_version.h"

#include <string.h>

typedef struct {
    guint major, minor, first_build;
    const char *client;
    const char *server;
} Version;

// Within one version number, the highest first build not above the image's wins: keep builds ascending.
static const Version versions[] = {
    { 5, 0, 0, "Windows 2000", "Windows 2000 Server" },
    { 5, 1, 0, "Windows XP", "Windows XP" },
    { 5, 2, 0, "Windows XP x64", "Windows Server 2003" },
    { 6, 0, 0, "Windows Vista", "Windows Server 2008" },
    { 6, 1, 0, "Windows 7", "Windows Server 2008 R2" },
    { 6, 2, 0, "Windows 8", "Windows Server 2012" },
    { 6, 3, 0, "Windows 8.1", "Windows Server 2012 R2" },
    { 10, 0, 0, "Windows 10", "Windows Server 2016" },
    { 10, 0, 17763, "Windows 10", "Windows Server 2019" },
    { 10, 0, 20348, "Windows 10", "Windows Server 2022" },
    { 10, 0, 22000, "Windows 11", "Windows Server 2022" },
    { 10, 0, 26100, "Windows 11", "Windows Server 2025" },
};

static gboolean is_server(const WimImage *image)
{
    // PRODUCTTYPE is WinNT, ServerNT or LanmanNT; INSTALLATIONTYPE is absent on some builds.
    if (image->installation_type != NULL &&
        g_ascii_strncasecmp(image->installation_type, "Server", strlen("Server")) == 0)
        return TRUE;
    return image->product_type != NULL && g_ascii_strcasecmp(image->product_type, "WinNT") != 0;
}

gboolean windows_version_is_7(const WimImage *image)
{
    return image->major == 6 && image->minor == 1 && !is_server(image);
}

char *windows_version_name(const WimImage *image)
{
    const char *name = "an unknown Windows";

    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        const Version *version = &versions[i];
        if (version->major == image->major && version->minor == image->minor &&
            version->first_build <= image->build)
            name = is_server(image) ? version->server : version->client;
    }
    return g_strdup_printf("%s (%u.%u.%u)", name, image->major, image->minor, image->build);
}
