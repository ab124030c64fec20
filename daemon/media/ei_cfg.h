// SPDX-License-Identifier: GPL-3.0-or-later
// sources\ei.cfg: which edition Setup offers and which kind of licence the disc is for [D].
#pragma once

#include <glib.h>

typedef struct {
    char *edition_id;        // upper case; NULL where the file leaves it open
    char *channel;           // "Retail", "OEM", "Volume" … as spelt; NULL where absent
    gboolean volume_license; // [VL] is 1
} EiCfg;

// Parses the file's bytes: any encoding, any case and spacing of section names and values, sections in any
// order. Unknown sections are ignored. NULL with an error where it is no text.
EiCfg *ei_cfg_parse(const guint8 *bytes, gsize size, GError **error);
void ei_cfg_free(EiCfg *ei_cfg);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EiCfg, ei_cfg_free)
