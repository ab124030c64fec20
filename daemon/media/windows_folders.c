// SPDX-License-Identifier: GPL-3.0-or-later
// The names that the virtio-win project uses.
#include "windows_folders.h"

#include <string.h>

static const char *const versions[] = { "xp",   "2k3",  "vista", "2k8",  "2k8r2", "w7",
                                        "w8",   "w8.1", "w10",   "w11",  "2k12",  "2k12r2",
                                        "2k16", "2k19", "2k22",  "2k25", NULL };

static const struct {
    const char *folder, *architecture;
} architectures[] = {
    { "amd64", "amd64" }, { "x64", "amd64" },   { "x86", "x86" },
    { "i386", "x86" },    { "arm64", "arm64" }, { "ia64", "ia64" },
};

static const char *architecture_of(const char *folder)
{
    for (gsize i = 0; folder != NULL && i < G_N_ELEMENTS(architectures); i++) {
        if (g_ascii_strcasecmp(architectures[i].folder, folder) == 0)
            return architectures[i].architecture;
    }
    return NULL;
}

gboolean windows_folder_read(const char *path, WindowsFolder *ret)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (gsize i = 0; parts[i] != NULL && parts[i + 1] != NULL; i++) { // the last is the file
        g_autofree char *folded = g_ascii_strdown(parts[i], -1);
        if (!g_strv_contains(versions, folded))
            continue;
        const gboolean below = parts[i + 2] != NULL;
        ret->windows_7 = g_str_equal(folded, "w7");
        ret->architecture = below ? architecture_of(parts[i + 1]) : NULL;
        ret->version_first = ret->architecture != NULL;
        if (ret->architecture == NULL && i > 0)
            ret->architecture = architecture_of(parts[i - 1]);
        return TRUE;
    }
    return FALSE;
}
