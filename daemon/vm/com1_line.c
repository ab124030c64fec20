// SPDX-License-Identifier: GPL-3.0-or-later
// One line from COM1: is it a report, what does it say, how may it be shown. Following the log: com1_log.c.
#include <string.h>

#include "daemon/vm/com1.h"
#include "daemon/vm/guest_text.h"

#define MARK        "sevend/1 "
#define TEXT_LIMIT  1024
#define VALUE_LIMIT 256
#define KEY_LIMIT   32
#define KEYS_LIMIT  32
#define NONCE_LIMIT 64

void com1_line_free(Com1Line *line)
{
    if (line == NULL)
        return;
    g_free(line->phase);
    g_free(line->status);
    g_clear_pointer(&line->keys, g_hash_table_unref);
    g_free(line->text);
    g_free(line);
}

// The nonce's every appearance as asterisks, whatever the case: guests may print it by mistake, in a log tail
// for instance.
static void mask(char *bytes, gsize length, const char *nonce)
{
    gsize width = nonce ? strlen(nonce) : 0;

    for (gsize i = 0; width > 0 && i + width <= length; i++)
        if (g_ascii_strncasecmp(bytes + i, nonce, width) == 0)
            memset(bytes + i, '*', width);
}

// Where the words begin after "sevend/1 <nonce> "; NULL if the line has no such thing. Noise may come first:
// the guest may have been reset in the middle of a line.
static const char *find_report(const char *bytes, gsize length, const char *nonce)
{
    gsize mark = strlen(MARK);
    gsize width = nonce ? strlen(nonce) : 0;

    if (width == 0 || width > NONCE_LIMIT)
        return NULL;
    for (const char *at = bytes, *end = bytes + length; (gsize)(end - at) >= mark + width; at++) {
        if (memcmp(at, MARK, mark) != 0 || !guest_text_equals(at + mark, nonce, width))
            continue;
        at += mark + width;
        if (at == end || *at == ' ')
            return at;
    }
    return NULL;
}

static gboolean is_word(const char *text, gsize length, gsize limit)
{
    if (length == 0 || length > limit)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_islower(text[i]) && !g_ascii_isdigit(text[i]) && text[i] != '-' && text[i] != '_')
            return FALSE;
    return TRUE;
}

typedef struct {
    const char *key, *value;
    gsize key_length, value_length;
} Pair;

// Takes the next key=value from @at; words of another shape are passed over. FALSE at the end.
static gboolean next_pair(const char **at, const char *end, Pair *ret_pair)
{
    while (*at < end) {
        if (**at == ' ' || **at == '\t') {
            ++*at;
            continue;
        }
        const char *start = *at;
        while (*at < end && **at != ' ' && **at != '\t' && **at != '=')
            ++*at;
        if (*at == end || **at != '=')
            continue;
        *ret_pair = (Pair){ .key = start, .key_length = (gsize)(*at - start) };
        char stop = ++*at < end && **at == '"' ? '"' : ' ';
        if (stop == '"')
            ++*at;
        ret_pair->value = *at;
        while (*at < end && **at != stop)
            ++*at;
        ret_pair->value_length = (gsize)(*at - ret_pair->value);
        if (*at < end)
            ++*at;
        return TRUE;
    }
    return FALSE;
}

// phase and status are words of ours; the first of each counts.
static void take_pair(Com1Line *line, const Pair *pair, const char *nonce)
{
    char **word = NULL;

    if (!is_word(pair->key, pair->key_length, KEY_LIMIT))
        return;
    g_autofree char *key = g_strndup(pair->key, pair->key_length);
    g_autofree char *value = g_strndup(pair->value, pair->value_length);
    mask(value, pair->value_length, nonce);
    if (strcmp(key, "phase") == 0)
        word = &line->phase;
    else if (strcmp(key, "status") == 0)
        word = &line->status;
    if (word == NULL) {
        if (g_hash_table_size(line->keys) < KEYS_LIMIT && !g_hash_table_contains(line->keys, key))
            g_hash_table_insert(line->keys, g_steal_pointer(&key),
                                guest_text_show(value, pair->value_length, VALUE_LIMIT));
    } else if (*word == NULL && is_word(value, pair->value_length, KEY_LIMIT)) {
        *word = g_steal_pointer(&value);
    }
}

static void parse_report(Com1Line *line, const char *at, const char *end, const char *nonce)
{
    Pair pair;

    line->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (next_pair(&at, end, &pair))
        take_pair(line, &pair, nonce);
    if (line->phase)
        return;
    g_clear_pointer(&line->keys, g_hash_table_unref);
    g_clear_pointer(&line->status, g_free);
}

Com1Line *com1_line_parse(const char *bytes, gsize length, const char *nonce)
{
    Com1Line *line = g_new0(Com1Line, 1);

    while (length > 0 && (bytes[length - 1] == '\r' || bytes[length - 1] == '\n'))
        length--;
    if (length == 0) {
        line->text = g_strdup("");
        return line;
    }
    g_autofree char *masked = g_memdup2(bytes, length);
    mask(masked, length, nonce);
    line->text = guest_text_show(masked, length, TEXT_LIMIT);
    const char *words = find_report(bytes, length, nonce);
    if (words)
        parse_report(line, words, bytes + length, nonce);
    return line;
}
