// SPDX-License-Identifier: GPL-3.0-or-later
// A reader of INF syntax. It is lenient where SetupAPI is, and names the line where SetupAPI refuses.
#include "inf.h"

#include <string.h>

#include "media_error.h"
#include "text_encoding.h"

#define MAX_SECTION_NAME 255 // ERROR_SECTION_NAME_TOO_LONG of SetupAPI
#define MAX_LINES        200000u
#define CTRL_Z           '\x1A'

struct InfFile {
    GHashTable *sections; // lower-case name → GPtrArray of InfLine
};

static void inf_line_free(InfLine *line)
{
    g_free(line->key);
    g_ptr_array_unref(line->values);
    g_free(line);
}

// Cuts a comment off and trailing blanks; a semicolon inside quotes is text.
static void strip_comment(char *line)
{
    gboolean quoted = FALSE;

    for (char *c = line; *c != '\0'; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == ';' && !quoted)
            *c = '\0';
        if (*c == '\0')
            break;
    }
    g_strchomp(line);
}

// Takes the next value up to `stop` or the end: quotes go ("" inside them is one), blanks around it go.
static char *take_value(const char **text, char stop)
{
    GString *value = g_string_new(NULL);
    gsize keep = 0; // trailing blanks that were quoted stay
    gboolean quoted = FALSE;
    const char *c = *text;

    while (*c == ' ' || *c == '\t')
        c++;
    for (; *c != '\0' && (quoted || *c != stop); c++) {
        if (*c == '"' && quoted && c[1] == '"') {
            g_string_append_c(value, *c++);
        } else if (*c == '"') {
            quoted = !quoted;
            keep = value->len;
        } else {
            g_string_append_c(value, *c);
        }
    }
    while (value->len > keep && g_ascii_isspace(value->str[value->len - 1]))
        g_string_truncate(value, value->len - 1);
    *text = c;
    return g_string_free(value, FALSE);
}

static gboolean has_key(const char *text)
{
    gboolean quoted = FALSE;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == '=' && !quoted)
            return TRUE;
    }
    return FALSE;
}

static InfLine *parse_line(const char *text, guint number)
{
    InfLine *line = g_new0(InfLine, 1);

    line->line = number;
    line->values = g_ptr_array_new_with_free_func(g_free);
    if (has_key(text)) {
        line->key = take_value(&text, '=');
        text++;
    }
    for (;;) {
        g_ptr_array_add(line->values, take_value(&text, ','));
        if (*text == '\0')
            return line;
        text++;
    }
}

static GPtrArray *open_section(InfFile *inf, const char *text, guint number, GError **error)
{
    const char *end = strrchr(text, ']');

    if (end == NULL || end - text - 1 > MAX_SECTION_NAME) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF, "line %u: %s", number,
                    end == NULL ? "section name without closing bracket" : "section name is too long");
        return NULL;
    }
    g_autofree char *name = g_strstrip(g_strndup(text + 1, (gsize)(end - text - 1)));
    g_autofree char *key = g_utf8_strdown(name, -1);
    GPtrArray *lines = g_hash_table_lookup(inf->sections, key);
    if (lines == NULL) {
        lines = g_ptr_array_new_with_free_func((GDestroyNotify)inf_line_free);
        g_hash_table_insert(inf->sections, g_steal_pointer(&key), lines);
    }
    return lines;
}

// Joins a line that ends in a backslash with those after it. Advances *index to the last one taken.
static char *logical_line(GStrv lines, guint *index)
{
    GString *joined = g_string_new(NULL);

    for (;; (*index)++) {
        char *line = lines[*index];
        strip_comment(line);
        g_string_append(joined, line);
        if (joined->len == 0 || joined->str[joined->len - 1] != '\\' || lines[*index + 1] == NULL)
            break;
        g_string_truncate(joined, joined->len - 1);
    }
    return g_strstrip(g_string_free(joined, FALSE));
}

static gboolean parse_lines(InfFile *inf, GStrv lines, GError **error)
{
    GPtrArray *section = NULL;

    for (guint i = 0; lines[i] != NULL; i++) {
        guint number = i + 1;
        g_autofree char *text = logical_line(lines, &i);
        if (text[0] == '\0')
            continue;
        if (text[0] == '[') {
            section = open_section(inf, text, number, error);
            if (section == NULL)
                return FALSE;
        } else if (section == NULL) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF, "line %u: text before the first section",
                        number);
            return FALSE;
        } else {
            g_ptr_array_add(section, parse_line(text, number));
        }
    }
    return TRUE;
}

InfFile *inf_parse(const guint8 *bytes, gsize size, GError **error)
{
    g_autofree char *text = text_decode(bytes, size, NULL);

    if (text == NULL) {
        g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF,
                            "is not text in UTF-16, UTF-8 or an ANSI code page");
        return NULL;
    }
    // DOS editors end a file with Ctrl-Z. The CR of a CRLF goes with the trailing blanks of its line.
    char *end = strchr(text, CTRL_Z);
    if (end != NULL)
        *end = '\0';
    g_auto(GStrv) lines = g_strsplit(text, "\n", (gint)MAX_LINES);
    g_autoptr(InfFile) inf = g_new0(InfFile, 1);
    inf->sections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    return parse_lines(inf, lines, error) ? g_steal_pointer(&inf) : NULL;
}

void inf_free(InfFile *inf)
{
    if (inf == NULL)
        return;
    g_hash_table_unref(inf->sections);
    g_free(inf);
}

const GPtrArray *inf_section(const InfFile *inf, const char *name)
{
    g_autofree char *key = g_utf8_strdown(name, -1);
    return g_hash_table_lookup(inf->sections, key);
}

const InfLine *inf_find(const InfFile *inf, const char *section, const char *key)
{
    const GPtrArray *lines = inf_section(inf, section);

    for (guint i = 0; lines != NULL && i < lines->len; i++) {
        const InfLine *line = g_ptr_array_index(lines, i);
        if (line->key != NULL && g_ascii_strcasecmp(line->key, key) == 0)
            return line;
    }
    return NULL;
}

char *inf_value(const InfFile *inf, const char *section, const char *key, guint index)
{
    const InfLine *line = inf_find(inf, section, key);

    if (line == NULL || index >= line->values->len)
        return NULL;
    g_autofree char *value = inf_expand(inf, g_ptr_array_index(line->values, index));
    return value[0] == '\0' ? NULL : g_steal_pointer(&value);
}

static const char *string_entry(const InfFile *inf, const char *name)
{
    static const char *const sections[] = { "Strings", "Strings.0409" };

    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        const InfLine *line = inf_find(inf, sections[i], name);
        if (line != NULL)
            return g_ptr_array_index(line->values, 0);
    }
    return NULL;
}

char *inf_expand(const InfFile *inf, const char *text)
{
    GString *expanded = g_string_new(NULL);

    while (*text != '\0') {
        const char *end = *text == '%' ? strchr(text + 1, '%') : NULL;
        if (end == NULL) {
            g_string_append_c(expanded, *text++);
            continue;
        }
        g_autofree char *name = g_strndup(text + 1, (gsize)(end - text - 1));
        const char *replacement = name[0] == '\0' ? "%" : string_entry(inf, name);
        if (replacement != NULL) {
            g_string_append(expanded, replacement);
            text = end + 1;
        } else {
            g_string_append_c(expanded, *text++);
        }
    }
    return g_string_free(expanded, FALSE);
}
