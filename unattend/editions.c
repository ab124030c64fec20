// SPDX-License-Identifier: GPL-3.0-or-later
// EDITIONIDs of Windows 7 images; see editions.h.
#include "unattend/editions.h"

#include <string.h>

static const struct {
    const char *id;
    const char *name;
    Edition edition;
} editions[] = {
    { "STARTER", "Starter", EDITION_STARTER },
    { "HOMEBASIC", "Home Basic", EDITION_HOME_BASIC },
    { "HOMEPREMIUM", "Home Premium", EDITION_HOME_PREMIUM },
    { "PROFESSIONAL", "Professional", EDITION_PROFESSIONAL },
    { "ENTERPRISE", "Enterprise", EDITION_ENTERPRISE },
    { "ULTIMATE", "Ultimate", EDITION_ULTIMATE },
};

gboolean edition_read(const char *edition_id, Edition *ret_edition, gboolean *ret_media)
{
    for (gsize i = 0; edition_id != NULL && i < G_N_ELEMENTS(editions); i++) {
        gsize length = strlen(editions[i].id);
        if (g_ascii_strncasecmp(edition_id, editions[i].id, length) != 0)
            continue;
        const char *rest = edition_id + length;
        // "E" was planned without Internet Explorer and came with it [D]; it is as the one without a letter.
        const gboolean without_media = g_ascii_strcasecmp(rest, "N") == 0;
        if (rest[0] != '\0' && !without_media && g_ascii_strcasecmp(rest, "E") != 0)
            continue;
        *ret_edition = editions[i].edition;
        *ret_media = !without_media;
        return TRUE;
    }
    return FALSE;
}

char *editions_to_text(guint wanted)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(editions); i++) {
        if ((wanted & editions[i].edition) == 0)
            continue;
        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", editions[i].name);
    }
    return g_string_free(text, FALSE);
}
