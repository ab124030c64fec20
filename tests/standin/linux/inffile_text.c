// SPDX-License-Identifier: GPL-3.0-or-later
// See inffile.h.
#include "inffile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LARGEST = 4 << 20 };

static char *utf16_to_utf8(const unsigned char *bytes, size_t size, bool big)
{
    char *text = calloc(1, size * 2 + 1);
    size_t out = 0;
    for (size_t i = 0; i + 1 < size; i += 2) {
        const unsigned int unit =
            big ? (unsigned int)bytes[i] << 8 | bytes[i + 1] : bytes[i] | (unsigned int)bytes[i + 1] << 8;
        if (unit < 0x80) {
            text[out++] = (char)unit;
        } else if (unit < 0x800) {
            text[out++] = (char)(0xC0 | unit >> 6);
            text[out++] = (char)(0x80 | (unit & 0x3F));
        } else {
            text[out++] = (char)(0xE0 | unit >> 12);
            text[out++] = (char)(0x80 | (unit >> 6 & 0x3F));
            text[out++] = (char)(0x80 | (unit & 0x3F));
        }
    }
    return text;
}

// Windows takes UTF-16 with a mark, UTF-8 with a mark, and the ANSI code page (of which only ASCII matters
// here).
static char *read_as_text(const char *path)
{
    FILE *file = fopen(path, "rbe");
    unsigned char *bytes = calloc(1, LARGEST + 2);
    if (!file)
        return NULL;
    const size_t size = fread(bytes, 1, LARGEST, file);
    fclose(file);
    if (size >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
        return utf16_to_utf8(bytes + 2, size - 2, false);
    if (size >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF)
        return utf16_to_utf8(bytes + 2, size - 2, true);
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return (char *)bytes + 3;
    return memchr(bytes, '\0', size) ? NULL : (char *)bytes;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (size_t n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]); n--)
        text[n - 1] = '\0';
    return text;
}

static void cut_comment(char *line)
{
    bool quoted = false;
    for (; *line; line++) {
        if (*line == '"')
            quoted = !quoted;
        if (*line == ';' && !quoted) {
            *line = '\0';
            return;
        }
    }
}

static InfSection *add_section(Inf *inf, const char *name)
{
    for (size_t i = 0; i < inf->count; i++) // sections of one name count as one
        if (strcasecmp(inf->sections[i].name, name) == 0)
            return &inf->sections[i];
    inf->sections = realloc(inf->sections, (inf->count + 1) * sizeof *inf->sections);
    inf->sections[inf->count] = (InfSection){ .name = strdup(name) };
    return &inf->sections[inf->count++];
}

static void add_line(InfSection *section, char *text)
{
    bool quoted = false;
    char *equals = NULL;
    for (char *c = text; *c && !equals; c++) {
        if (*c == '"')
            quoted = !quoted;
        if (*c == '=' && !quoted)
            equals = c;
    }
    section->lines = realloc(section->lines, (section->count + 1) * sizeof *section->lines);
    InfLine *line = &section->lines[section->count++];
    if (equals)
        *equals = '\0';
    line->key = equals ? strdup(trim(text)) : strdup("");
    line->value = strdup(trim(equals ? equals + 1 : text));
}

// Joins lines that end in a backslash. Returns the next line of *rest, or NULL.
static char *next_line(char **rest)
{
    char *line = *rest ? strsep(rest, "\n") : NULL;
    if (!line)
        return NULL;
    line = strdup(line);
    cut_comment(line);
    line = trim(line);
    while (*line && line[strlen(line) - 1] == '\\' && *rest) {
        char *more = strdup(strsep(rest, "\n"));
        cut_comment(more);
        more = trim(more);
        line[strlen(line) - 1] = '\0';
        char *joined = malloc(strlen(line) + strlen(more) + 1);
        strcpy(joined, line);
        strcat(joined, more);
        line = joined;
    }
    return line;
}

Inf *inf_read(const char *path)
{
    char *rest = read_as_text(path);
    Inf *inf = calloc(1, sizeof *inf);
    InfSection *section = NULL;
    if (!rest)
        return NULL;
    for (char *line; (line = next_line(&rest));) {
        if (*line == '\0')
            continue;
        if (*line == '[') {
            char *end = strchr(line, ']');
            if (!end)
                return NULL;
            *end = '\0';
            section = add_section(inf, trim(line + 1));
        } else if (section) {
            add_line(section, line);
        } else {
            return NULL;
        }
    }
    return inf->count > 0 ? inf : NULL;
}

const InfSection *inf_section(const Inf *inf, const char *name)
{
    for (size_t i = 0; i < inf->count; i++)
        if (strcasecmp(inf->sections[i].name, name) == 0)
            return &inf->sections[i];
    return NULL;
}

static const char *raw_value(const Inf *inf, const char *section, const char *key)
{
    const InfSection *found = inf_section(inf, section);
    for (size_t i = 0; found && i < found->count; i++)
        if (strcasecmp(found->lines[i].key, key) == 0)
            return found->lines[i].value;
    return NULL;
}

static char *without_quotes(char *text)
{
    const size_t length = strlen(text);
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text[length - 1] = '\0';
        return text + 1;
    }
    return text;
}

char *inf_expand(const Inf *inf, const char *text)
{
    char *result = calloc(1, 1);
    size_t length = 0;
    while (*text) {
        const char *end = *text == '%' ? strchr(text + 1, '%') : NULL;
        char *part;
        if (end) {
            char *const name = strndup(text + 1, (size_t)(end - text - 1));
            const char *const value = *name ? raw_value(inf, "Strings", name) : "%";
            const int is_folder =
                *name && strspn(name, "0123456789") == strlen(name); // %12% names a folder, no string
            if (!value && !is_folder)
                return NULL;
            part = value ? without_quotes(strdup(value)) : strndup(text, (size_t)(end + 1 - text));
            text = end + 1;
        } else {
            part = strndup(text++, 1);
        }
        result = realloc(result, length + strlen(part) + 1);
        strcpy(result + length, part);
        length += strlen(part);
    }
    return result;
}

char *inf_value(const Inf *inf, const char *section, const char *key)
{
    const char *const value = raw_value(inf, section, key);
    char *const expanded = value ? inf_expand(inf, value) : NULL;
    return expanded ? without_quotes(trim(expanded)) : NULL;
}

char *inf_field(const char *value, size_t number)
{
    char *rest = strdup(value);
    char *field = NULL;
    for (size_t i = 0; i <= number; i++) {
        if (!rest)
            return NULL;
        field = strsep(&rest, ",");
    }
    return without_quotes(trim(field));
}
