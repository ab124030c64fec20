// SPDX-License-Identifier: GPL-3.0-or-later
// A command line as words, an option's value as keys and values. What they mean: isolation_command.c.
#include <string.h>

#include "common/json.h"
#include "daemon/vm/isolation_parts.h"

// Appends what a backslash outside of quotes, or inside of double quotes, makes of the next character.
// Returns the position after it.
static const char *take_backslash(const char *at, gboolean quoted, GString *word)
{
    // POSIX.1-2017, Shell Command Language, 2.2.1 and 2.2.3.
    if (*at == '\0' || (quoted && !strchr("$`\"\\\n", *at)))
        g_string_append_c(word, '\\');
    if (*at != '\0' && *at != '\n')
        g_string_append_c(word, *at);
    return *at == '\0' ? at : at + 1;
}

// Reads one word at @at; *@ret_end is behind it. NULL if a quote is not closed.
static char *take_word(const char *at, const char **ret_end)
{
    g_autoptr(GString) word = g_string_new(NULL);
    char quote = '\0';

    for (; *at && (quote || !strchr(" \t\r\n", *at));) {
        char character = *at++;
        if (character == '\\' && quote != '\'')
            at = take_backslash(at, quote == '"', word);
        else if (quote ? character == quote : character == '\'' || character == '"')
            quote = quote ? '\0' : character;
        else
            g_string_append_c(word, character);
    }
    *ret_end = at;
    return quote ? NULL : g_string_free(g_steal_pointer(&word), FALSE);
}

char **isolation_split_words(const char *command_line)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const char *at = command_line;

    for (;;) {
        // A backslash at the end of a line joins it to the next.
        while (*at && (strchr(" \t\r\n", *at) || (at[0] == '\\' && at[1] == '\n')))
            at += *at == '\\' ? 2 : 1;
        if (*at == '\0')
            break;
        char *word = take_word(at, &at);
        if (word == NULL)
            return NULL;
        g_ptr_array_add(words, word);
    }
    g_ptr_array_add(words, NULL);
    g_ptr_array_set_free_func(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

static void pair_free(gpointer data)
{
    IsolationPair *pair = data;

    g_free(pair->key);
    g_free(pair->value);
    g_free(pair);
}

static void add_pair(GPtrArray *pairs, char *key, char *value)
{
    IsolationPair *pair = g_new0(IsolationPair, 1);

    pair->key = key;
    pair->value = value;
    g_ptr_array_add(pairs, pair);
}

static void flatten(GPtrArray *pairs, const char *key, json_object *value)
{
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            g_autofree char *below = *key ? g_strdup_printf("%s.%s", key, name) : g_strdup(name);
            flatten(pairs, below, member);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        for (gsize i = 0; i < json_object_array_length(value); i++) {
            g_autofree char *below = g_strdup_printf("%s.%zu", key, i);
            flatten(pairs, below, json_object_array_get_idx(value, i));
        }
    } else {
        add_pair(pairs, g_strdup(key), g_strdup(value ? json_object_get_string(value) : ""));
    }
}

// Up to the next single comma.
static char *take_item(const char **at)
{
    GString *item = g_string_new(NULL);

    for (; **at; ++*at) {
        if (**at == ',' && (*at)[1] != ',')
            break;
        if (**at == ',')
            ++*at;
        g_string_append_c(item, **at);
    }
    if (**at == ',')
        ++*at;
    return g_string_free(item, FALSE);
}

static void split_list(GPtrArray *pairs, const char *at)
{
    while (*at) {
        g_autofree char *item = take_item(&at);
        const char *equals = strchr(item, '=');
        if (equals)
            add_pair(pairs, g_strndup(item, (gsize)(equals - item)), g_strdup(equals + 1));
        else if (pairs->len == 0)
            add_pair(pairs, g_strdup(""), g_strdup(item));
        else
            add_pair(pairs, g_strdup(item), g_strdup("on"));
    }
}

GPtrArray *isolation_split_option(const char *value)
{
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(pair_free);

    if (*value == '{') {
        g_autoptr(json_object) object = json_parse(value, strlen(value), NULL);
        if (object == NULL)
            return NULL;
        flatten(pairs, "", object);
    } else {
        split_list(pairs, value);
    }
    return g_steal_pointer(&pairs);
}

gboolean isolation_has_word(const char *words, const char *word)
{
    g_auto(GStrv) each = g_strsplit(words, " ", -1);

    return g_strv_contains((const char *const *)each, word);
}
