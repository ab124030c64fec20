// SPDX-License-Identifier: GPL-3.0-or-later
// A file of sections that hold one bare value each.
#include "ei_cfg.h"

#include <string.h>

#include "text_encoding.h"

static char *section_name(const char *line)
{
    const char *end = strchr(line, ']');

    if (line[0] != '[' || end == NULL)
        return NULL;
    return g_strstrip(g_strndup(line + 1, (gsize)(end - line - 1)));
}

static void take_value(EiCfg *ei_cfg, const char *section, const char *value)
{
    if (g_ascii_strcasecmp(section, "EditionID") == 0 && ei_cfg->edition_id == NULL)
        ei_cfg->edition_id = g_ascii_strup(value, -1);
    else if (g_ascii_strcasecmp(section, "Channel") == 0 && ei_cfg->channel == NULL)
        ei_cfg->channel = g_strdup(value);
    else if (g_ascii_strcasecmp(section, "VL") == 0)
        ei_cfg->volume_license = g_str_equal(value, "1");
}

EiCfg *ei_cfg_parse(const guint8 *bytes, gsize size, GError **error)
{
    g_autofree char *text = text_decode(bytes, size, error);
    g_autofree char *section = g_strdup("");

    if (text == NULL)
        return NULL;
    EiCfg *ei_cfg = g_new0(EiCfg, 1);
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        char *name = section_name(line);
        if (name != NULL) {
            g_free(section);
            section = name;
        } else if (line[0] != '\0' && line[0] != ';') {
            take_value(ei_cfg, section, line);
        }
    }
    return ei_cfg;
}

void ei_cfg_free(EiCfg *ei_cfg)
{
    if (ei_cfg == NULL)
        return;
    g_free(ei_cfg->edition_id);
    g_free(ei_cfg->channel);
    g_free(ei_cfg);
}
