// SPDX-License-Identifier: GPL-3.0-or-later
// Setup information files (INF) as text: sections, keys, values with %strings% put in. What they mean is
// inffile.c's subject.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char *key;   // "" for a line without "="
    char *value; // all after "=", or the whole line
} InfLine;

typedef struct {
    char *name;
    InfLine *lines;
    size_t count;
} InfSection;

typedef struct {
    InfSection *sections;
    size_t count;
} Inf;

// NULL if the file cannot be read or is no INF at all (no section header before the first entry).
Inf *inf_read(const char *path);
const InfSection *inf_section(const Inf *inf, const char *name);
// The value of a key with %strings% replaced, or NULL. An unknown %string% makes it NULL, too. Never freed.
char *inf_value(const Inf *inf, const char *section, const char *key);
char *inf_expand(const Inf *inf, const char *text);
// The number-th field (from 0) of a comma-separated value, without quotes and blanks, or NULL.
char *inf_field(const char *value, size_t number);
