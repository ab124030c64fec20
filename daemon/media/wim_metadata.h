// SPDX-License-Identifier: GPL-3.0-or-later
// What the XML data of a WIM say about its images. Only the header and the XML are read, so this costs the
// same for a 3 GB install.wim as for a small one.
#pragma once

#include "wim_header.h"

typedef struct {
    guint index;              // 1-based position in the WIM
    char *name;               // NAME; "" where empty or absent (escrow builds have none [P: reinstall])
    char *display_name;       // DISPLAYNAME, NULL where absent; localised on some discs
    char *edition_id;         // EDITIONID as spelt, NULL where absent
    char *flags;              // FLAGS as spelt, NULL where absent
    const char *architecture; // "amd64", "x86", "ia64", "arm", "arm64", "unknown"; static
    char *product_type;       // "WinNT" for clients, "ServerNT" for servers, NULL where absent
    char *installation_type;  // "Client", "Server", "WindowsPE", NULL where absent
    char **languages;         // never NULL; may be empty
    char *default_language;   // NULL where absent
    guint major, minor, build, sp_build, sp_level;
    guint64 total_bytes;
} WimImage;

void wim_image_free(WimImage *image);

// The images in order; the array frees its elements. MEDIA_ERROR_WIM_DAMAGED where the XML is not what a WIM
// holds; text outside of the XML's own elements is ignored.
GPtrArray *wim_metadata_read(ByteSource *wim, const WimHeader *header, GError **error);

// The same from the XML bytes (UTF-16LE). `name` is for error texts.
GPtrArray *wim_metadata_parse(const guint8 *xml, gsize size, const char *name, GError **error);
