// SPDX-License-Identifier: GPL-3.0-or-later
// The table is daemon/library/setup-failures.tsv, compiled in as a resource and read once.
#include "daemon/install/known_failures.h"

#include <gio/gio.h>
#include <string.h>

#include "library-resources.h"

#define TABLE "/sevend/library/setup-failures.tsv"

enum { LINE_HAS, ADVICE, SOURCE, COLUMNS };

typedef struct {
    char **texts; // all must stand in one line; lower case
    char *advice;
} KnownFailure;

static KnownFailure *read_row(const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, "\t", -1);
    if (*line == '#' || g_strv_length(fields) != COLUMNS || strcmp(fields[LINE_HAS], "line_has") == 0)
        return NULL;
    KnownFailure *failure = g_new0(KnownFailure, 1);
    g_autofree char *folded = g_ascii_strdown(fields[LINE_HAS], -1);
    failure->texts = g_strsplit(folded, " + ", -1);
    failure->advice = g_strdup(fields[ADVICE]);
    return failure;
}

static GPtrArray *read_table(void)
{
    GPtrArray *table = g_ptr_array_new();
    g_autoptr(GBytes) bytes =
        g_resource_lookup_data(library_get_resource(), TABLE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_return_val_if_fail(bytes != NULL, table);
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        KnownFailure *failure = read_row(*line);
        if (failure)
            g_ptr_array_add(table, failure);
    }
    return table;
}

// Never freed: whoever is given an advice keeps it.
static const GPtrArray *known(void)
{
    static GPtrArray *table;
    static gsize read = 0;
    if (g_once_init_enter(&read)) {
        table = read_table();
        g_once_init_leave(&read, 1);
    }
    return table;
}

static gboolean fits(const KnownFailure *failure, const char *line)
{
    g_autofree char *folded = g_ascii_strdown(line, -1);
    for (char **text = failure->texts; *text; text++)
        if (!strstr(folded, *text))
            return FALSE;
    return TRUE;
}

// Of the first row that fits; *ret_line: which of the lines.
static const char *search(char *const *lines, gsize count, const char **ret_line)
{
    for (guint i = 0; i < known()->len; i++)
        for (gsize j = 0; j < count; j++)
            if (fits(known()->pdata[i], lines[j])) {
                *ret_line = lines[j];
                return ((KnownFailure *)known()->pdata[i])->advice;
            }
    return NULL;
}

const char *known_failure_advice(const GPtrArray *lines)
{
    const char *line = NULL;
    return search((char *const *)lines->pdata, lines->len, &line);
}

const char *known_failure_in(const char *log, char **ret_line)
{
    const char *line = NULL;
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    const char *advice = search(lines, g_strv_length(lines), &line);
    *ret_line = advice ? g_strstrip(g_strdup(line)) : NULL;
    return advice;
}
