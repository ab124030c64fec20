// SPDX-License-Identifier: GPL-3.0-or-later
// Editions of Windows 7, as far as settings differ between them.
#pragma once

#include <glib.h>

typedef enum {
    EDITION_STARTER = 1 << 0,
    EDITION_HOME_BASIC = 1 << 1,
    EDITION_HOME_PREMIUM = 1 << 2,
    EDITION_PROFESSIONAL = 1 << 3,
    EDITION_ENTERPRISE = 1 << 4,
    EDITION_ULTIMATE = 1 << 5,
} Edition;

#define EDITIONS_ALL (EDITION_STARTER | EDITIONS_HOME | EDITIONS_BUSINESS)
// Home Basic and Home Premium.
#define EDITIONS_HOME (EDITION_HOME_BASIC | EDITION_HOME_PREMIUM)
// What joins domains.
#define EDITIONS_BUSINESS (EDITION_PROFESSIONAL | EDITION_ENTERPRISE | EDITION_ULTIMATE)

// Reads an EDITIONID of a disc ("HOMEPREMIUMN", in any case). @ret_media: it comes with Media Player and what
// needs it; the N editions do not [D]. FALSE if this is no edition of Windows 7 that is known here, or NULL:
// then nothing is known about it.
gboolean edition_read(const char *edition_id, Edition *ret_edition, gboolean *ret_media);

// "Professional, Enterprise, Ultimate". The caller frees.
char *editions_to_text(guint editions);
