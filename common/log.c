// SPDX-License-Identifier: GPL-3.0-or-later
// The GLib log writer: one line a message on standard error. No files, no rotation: that is journald's.
#include "common/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static gboolean show_debug;
static gboolean to_journal;

static const struct {
    GLogLevelFlags level;
    int priority; // syslog(3)
    const char *word;
} levels[] = {
    { G_LOG_LEVEL_ERROR, 3, "fatal" },     { G_LOG_LEVEL_CRITICAL, 4, "critical" },
    { G_LOG_LEVEL_WARNING, 4, "warning" }, { G_LOG_LEVEL_MESSAGE, 5, "info" },
    { G_LOG_LEVEL_INFO, 6, "debug" },      { G_LOG_LEVEL_DEBUG, 7, "debug" },
};

// Texts may quote what a guest or a client said: a line end in one must not begin a forged log line.
static void append_printable(GString *line, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if ((guchar)*c < 0x20 || *c == 0x7f)
            g_string_append_printf(line, "\\x%02x", (guchar)*c);
        else
            g_string_append_c(line, *c);
    }
}

static void write_line(const GString *line)
{
    gsize written = 0;
    while (written < line->len) {
        gssize count = write(STDERR_FILENO, line->str + written, line->len - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return; // nowhere left to say it
        written += (gsize)count;
    }
}

static GLogWriterOutput write_log(GLogLevelFlags flags, const GLogField *fields, gsize field_count,
                                  gpointer data)
{
    (void)data;
    if (!show_debug && (flags & (G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG)) != 0)
        return G_LOG_WRITER_HANDLED;
    const char *message = "";
    g_autofree char *sized = NULL;
    for (gsize i = 0; i < field_count; i++) {
        if (strcmp(fields[i].key, "MESSAGE") != 0)
            continue;
        if (fields[i].length >= 0)
            message = sized = g_strndup(fields[i].value, (gsize)fields[i].length);
        else
            message = fields[i].value;
        break;
    }
    gsize row = 0;
    while (row < G_N_ELEMENTS(levels) - 1 && (flags & levels[row].level) == 0)
        row++;
    g_autoptr(GString) line = g_string_new(NULL);
    if (to_journal)
        g_string_append_printf(line, "<%d>", levels[row].priority);
    else
        g_string_append_printf(line, "%s: ", levels[row].word);
    append_printable(line, message);
    g_string_append_c(line, '\n');
    write_line(line);
    return G_LOG_WRITER_HANDLED;
}

void log_start(gboolean debug)
{
    show_debug = debug;
    to_journal = g_log_writer_is_journald(STDERR_FILENO);
    g_log_set_writer_func(write_log, NULL, NULL);
}
