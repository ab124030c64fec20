// SPDX-License-Identifier: GPL-3.0-or-later
// The text of an INF file: sections, lines, values, strings. What they mean for a driver is inf_driver.c's.
// Rules [D]: "General Syntax Rules for INF Files", Windows driver documentation.
#pragma once

#include <glib.h>

typedef struct InfFile InfFile;

typedef struct {
    char *key;         // before the '=', NULL for a line without one; %strings% not replaced
    GPtrArray *values; // char *, between the commas; quotes removed, %strings% not replaced
    guint line;        // in the file, from 1
} InfLine;

// Parses the bytes of an INF in UTF-16LE, UTF-8 or an ANSI code page. MEDIA_ERROR_BAD_INF names the line.
InfFile *inf_parse(const guint8 *bytes, gsize size, GError **error);
void inf_free(InfFile *inf);

// The lines (InfLine) of a section, those of a repeated section joined; NULL when there is none. Names are
// matched without regard to case. Borrowed.
const GPtrArray *inf_section(const InfFile *inf, const char *name);

// The first line of the section with that key, without regard to case; NULL if none. Borrowed.
const InfLine *inf_find(const InfFile *inf, const char *section, const char *key);

// A value of that line with its %strings% replaced; NULL when it is absent or empty. To be freed.
char *inf_value(const InfFile *inf, const char *section, const char *key, guint index);

// Replaces %name% by the [Strings] entry (or the US English one), %% by a percent sign; an unknown name stays
// as it is, as SetupAPI leaves it. To be freed.
char *inf_expand(const InfFile *inf, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(InfFile, inf_free)
