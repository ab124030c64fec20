// SPDX-License-Identifier: GPL-3.0-or-later
// Taking Setup's logs out of the console log.
#include "daemon/install/setup_logs.h"

#include <string.h>

#include "daemon/vm/com1.h"

#define MAX_LOG_BYTES (256u * 1024)

static const char *const known_logs[] = { "setuperr.log",         "setupact.log",     "setupapi.dev.log",
                                          "setupapi.offline.log", "setupapi.app.log", NULL };

static void free_string(gpointer string)
{
    g_string_free(string, TRUE);
}

// The log that a report line begins, or NULL.
static const char *begun_log(const Com1Line *line)
{
    const char *file = line->keys ? g_hash_table_lookup(line->keys, "file") : NULL;
    if (g_strcmp0(line->status, "log-begin") != 0 || !file)
        return NULL;
    for (gsize i = 0; known_logs[i]; i++)
        if (g_ascii_strcasecmp(file, known_logs[i]) == 0)
            return known_logs[i];
    return NULL;
}

GHashTable *setup_logs_read(const char *text, gsize length, const char *nonce)
{
    GHashTable *logs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_string);
    GString *log = NULL;
    for (const char *at = text, *end = text + length; at < end;) {
        const char *newline = memchr(at, '\n', (gsize)(end - at));
        const gsize line_length = newline ? (gsize)(newline - at) : (gsize)(end - at);
        Com1Line *line = com1_line_parse(at, line_length, nonce);
        if (line->phase) {
            const char *name = begun_log(line);
            log = name ? g_string_new(NULL) : NULL;
            if (name)
                g_hash_table_replace(logs, (gpointer)name, log);
        } else if (log && log->len < MAX_LOG_BYTES) {
            g_string_append_printf(log, "%s\n", line->text);
        }
        com1_line_free(line);
        at += line_length + 1;
    }
    return logs;
}
