// SPDX-License-Identifier: GPL-3.0-or-later
// The table. Texts are Setup's own, as public reports print them; of the first row that fits the advice
// counts, so that the particular stand before the general. Sources: MS: Microsoft's documentation and support
// articles; the others are the projects' issue threads.
#include "daemon/install/known_failures.h"

#include <string.h>

typedef struct {
    const char *texts[3]; // all must stand in one line, in any case
    const char *advice;
} KnownFailure;

static const KnownFailure known[] = {
    // packer-builder-vsphere #98
    { { "could not create a partition" },
      "the disk is too small for the partitions that are asked for: raise hardware.disk_gib, or make "
      "\"disk\" smaller" },
    { { "DiskConfiguration" },
      "the disk cannot be set up as \"disk\" asks: look at its sizes, and whether Setup sees a disk at all" },
    // MS KB 2686316; virtio-win
    { { "no disk" },
      "Setup sees no disk: a virtio disk needs its driver among \"drivers\"; or take hardware.disk_bus "
      "\"sata\"" },
    { { "No drives were found" },
      "Setup sees no disk: a virtio disk needs its driver among \"drivers\"; or take hardware.disk_bus "
      "\"sata\"" },
    // driverpacks.net
    { { "boot-critical driver" },
      "a storage driver does not suit this Windows: leave it out of \"drivers\", or take its version for "
      "Windows 7" },
    // bin456789/reinstall
    { { "digital signature" },
      "a driver is signed with SHA-2 only, which this disc cannot verify: take an older version of it, or a "
      "disc with "
      "KB4474419 in its images" },
    // veewee #994, packer-windows #39
    { { "cannot read the <ProductKey>" },
      "the product key cannot be read: give \"product_key\", or leave it out" },
    // MS, EI.cfg
    { { "does not match any of the Windows images" },
      "the product key is for another edition or channel than the disc has: give the disc's own, or another "
      "edition" },
    { { "ProductKey", "specialize" },
      "the activation key is for another edition: give \"activation_key\" for this one, or leave it out" },
    { { "software license terms" },
      "Setup finds no licence terms for this edition: give the edition's \"product_key\", or another "
      "edition" },
    // MS KB 2425962
    { { "could not parse or process", "specialize" },
      "Setup does not take the answer file's specialize pass: of an imported answer_file look at the "
      "component that is "
      "named; else take other settings away one by one" },
    { { "could not parse or process" },
      "Setup does not take the answer file: of an imported one look at the pass and the component that are "
      "named" },
    { { "apply unattend settings", "offlineServicing" },
      "a driver or package could not be put into the installed Windows: look at the packages in "
      "\"drivers\"" },
    // CAPEv2 #1559
    { { "CD/DVD drive device driver is missing" },
      "Setup cannot read the disc: its file may be cut short or damaged (sevenctl disc verify)" },
    { { "Install.wim", "cannot open" },
      "install.wim cannot be read: sevenctl disc verify tells whether the disc is damaged" },
    { { "0x8007000D" }, "the image is damaged: sevenctl disc verify" },
    { { "0x80070070" }, "the disk is full: raise hardware.disk_gib" },
    // seagate.com KB 218571
    { { "could not configure Windows to run on this computer's hardware" },
      "a driver does not suit this hardware: leave out of \"drivers\" what the machine does not need" },
};

static gboolean contains(const char *line, const char *text)
{
    g_autofree char *folded_line = g_ascii_strdown(line, -1);
    g_autofree char *folded_text = g_ascii_strdown(text, -1);
    return strstr(folded_line, folded_text) != NULL;
}

static gboolean fits(const KnownFailure *failure, const char *line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(failure->texts) && failure->texts[i]; i++)
        if (!contains(line, failure->texts[i]))
            return FALSE;
    return TRUE;
}

const char *known_failure_advice(const GPtrArray *lines)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        for (guint j = 0; j < lines->len; j++)
            if (fits(&known[i], lines->pdata[j]))
                return known[i].advice;
    return NULL;
}

const char *known_failure_in(const char *log, char **ret_line)
{
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    *ret_line = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        for (char **line = lines; *line; line++)
            if (fits(&known[i], *line)) {
                *ret_line = g_strdup(g_strstrip(*line));
                return known[i].advice;
            }
    return NULL;
}
