// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// "=C:=C:\folder", which cmd keeps for its drives, has a name that begins with "=".
static size_t name_length(const wchar_t *entry)
{
    const wchar_t *end = wcschr(entry + (entry[0] == L'='), L'=');

    return end != NULL ? (size_t)(end - entry) : wcslen(entry);
}

static bool same_name(const wchar_t *a, const wchar_t *b)
{
    size_t length = name_length(a);

    return length == name_length(b) && _wcsnicmp(a, b, length) == 0;
}

static int compare(const void *a, const void *b)
{
    return _wcsicmp(*(const wchar_t *const *)a, *(const wchar_t *const *)b);
}

static bool is_changed(const wchar_t *entry, wchar_t *const *changes, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++)
        if (same_name(entry, changes[i]))
            return true;
    return false;
}

static bool has_value(const wchar_t *entry)
{
    size_t length = name_length(entry);

    return entry[length] == L'=' && entry[length + 1] != L'\0';
}

wchar_t *environment_merge(const wchar_t *base, wchar_t *const *changes, size_t count)
{
    size_t entries = count, used = 0, characters = 2;

    for (const wchar_t *entry = base; *entry != L'\0'; entry += wcslen(entry) + 1)
        entries++;
    const wchar_t **list = calloc(entries + 1, sizeof *list);
    if (list == NULL)
        return NULL;
    for (const wchar_t *entry = base; *entry != L'\0'; entry += wcslen(entry) + 1)
        if (!is_changed(entry, changes, 0, count))
            list[used++] = entry;
    for (size_t i = 0; i < count; i++)
        if (has_value(changes[i]) && !is_changed(changes[i], changes, i + 1, count))
            list[used++] = changes[i];
    qsort(list, used, sizeof *list, compare);
    for (size_t i = 0; i < used; i++)
        characters += wcslen(list[i]) + 1;
    wchar_t *block = calloc(characters, sizeof *block), *at = block;
    for (size_t i = 0; block != NULL && i < used; i++) {
        wcscpy(at, list[i]);
        at += wcslen(list[i]) + 1;
    }
    free(list);
    return block;
}
