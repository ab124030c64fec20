// SPDX-License-Identifier: GPL-3.0-or-later
// Terminal questions and harmless text: see terminal.h.
#include "client/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

gboolean terminal_can_redraw(FILE *stream)
{
    const char *kind = g_getenv("TERM");
    return isatty(fileno(stream)) && kind && *kind && strcmp(kind, "dumb") != 0;
}

guint terminal_width(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = g_getenv("COLUMNS");
    guint64 width = 0;
    if (columns && g_ascii_string_to_unsigned(columns, 10, 1, 10000, &width, NULL))
        return (guint)width;
    return 80;
}

gboolean terminal_is_utf8(void)
{
    return g_get_charset(NULL);
}

static void append_control(GString *out, const char **at, const char *end, SafeFlags flags)
{
    char c = **at;
    if ((flags & SAFE_LINES) && (c == '\n' || c == '\t')) {
        g_string_append_c(out, c);
    } else if ((flags & SAFE_LINES) && c == '\r') {
        // Windows writes CR LF, some programs CR CR LF; a lone CR would overwrite the line already shown.
        while (*at + 1 < end && (*at)[1] == '\r')
            ++*at;
        if (*at + 1 == end || (*at)[1] != '\n')
            g_string_append_c(out, '\n');
    } else {
        g_string_append_printf(out, "\\x%02x", (guchar)c);
    }
    ++*at;
}

char *safe_text(const char *bytes, gssize length, SafeFlags flags)
{
    const char *end = bytes + (length < 0 ? (gssize)strlen(bytes) : length);
    GString *out = g_string_new(NULL);
    for (const char *at = bytes; at < end;) {
        guchar first = (guchar)*at;
        if (first < 0x20 || first == 0x7f) {
            append_control(out, &at, end, flags);
            continue;
        }
        gunichar c = g_utf8_get_char_validated(at, end - at);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02x", first);
            at++;
            continue;
        }
        if (!g_unichar_isprint(c))
            g_string_append_printf(out, "\\u{%x}", c);
        else if ((flags & SAFE_ASCII) && c > 0x7e)
            g_string_append_c(out, '?');
        else
            g_string_append_unichar(out, c);
        at = g_utf8_next_char(at);
    }
    return g_string_free(out, FALSE);
}

char *safe_line(const char *text)
{
    if (!text)
        return g_strdup("-");
    gboolean on_terminal = isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
    return safe_text(text, -1, on_terminal && !terminal_is_utf8() ? SAFE_ASCII : SAFE_ONE_LINE);
}

void safe_write(FILE *stream, const char *bytes, gsize length)
{
    if (!isatty(fileno(stream))) {
        fwrite(bytes, 1, length, stream);
        return;
    }
    SafeFlags flags = SAFE_LINES | (terminal_is_utf8() ? SAFE_ONE_LINE : SAFE_ASCII);
    g_autofree char *text = safe_text(bytes, (gssize)length, flags);
    fputs(text, stream);
}

static guint character_columns(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

guint text_columns(const char *text)
{
    guint columns = 0;
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        columns += character_columns(g_utf8_get_char(at));
    return columns;
}

char *text_fit(const char *text, guint columns, gboolean utf8)
{
    if (text_columns(text) <= columns)
        return g_strdup(text);
    const char *ellipsis = utf8 ? "…" : "~";
    guint room = columns > 0 ? columns - 1 : 0;
    guint used = 0;
    const char *at = text;
    for (; *at; at = g_utf8_next_char(at)) {
        guint more = character_columns(g_utf8_get_char(at));
        if (used + more > room)
            break;
        used += more;
    }
    return g_strdup_printf("%.*s%s", (int)(at - text), text, columns > 0 ? ellipsis : "");
}
