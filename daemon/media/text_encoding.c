// SPDX-License-Identifier: GPL-3.0-or-later
// Guesses and converts encodings of small text files.
#include "text_encoding.h"

#include <string.h>

#include "media_error.h"

static const char *guess_encoding(const guint8 **bytes, gsize *size)
{
    const guint8 *b = *bytes;
    gsize mark = 0;
    const char *encoding = "WINDOWS-1252";

    if (*size >= 2 && b[0] == 0xFF && b[1] == 0xFE) {
        encoding = "UTF-16LE";
        mark = 2;
    } else if (*size >= 2 && b[0] == 0xFE && b[1] == 0xFF) {
        encoding = "UTF-16BE";
        mark = 2;
    } else if (*size >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF) {
        encoding = "UTF-8";
        mark = 3;
    } else if (*size >= 4 && b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0) {
        encoding = "UTF-16LE";
    } else if (g_utf8_validate_len((const char *)b, *size, NULL)) {
        encoding = "UTF-8";
    }
    *bytes += mark;
    *size -= mark;
    return encoding;
}

// Windows-1252 leaves five bytes undefined, which iconv refuses; files in other code pages hold them.
static char *decode_ansi(const guint8 *bytes, gsize size)
{
    return g_convert_with_fallback((const char *)bytes, (gssize)size, "UTF-8", "ISO-8859-1", "?", NULL, NULL,
                                   NULL);
}

char *text_decode(const guint8 *bytes, gsize size, GError **error)
{
    const char *encoding = guess_encoding(&bytes, &size);
    gsize length = 0;
    g_autofree char *text =
        g_convert((const char *)bytes, (gssize)size, "UTF-8", encoding, NULL, &length, NULL);

    if (text == NULL && g_str_equal(encoding, "WINDOWS-1252")) {
        text = decode_ansi(bytes, size);
        length = text == NULL ? 0 : strlen(text);
    }
    if (text == NULL || memchr(text, '\0', length) != NULL) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "is not text in UTF-16, UTF-8 or an ANSI code page");
        return NULL;
    }
    return g_steal_pointer(&text);
}

char *text_with_crlf(const char *text)
{
    GString *out = g_string_sized_new(strlen(text) + 64);

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\r' && c[1] == '\n')
            continue;
        if (*c == '\n')
            g_string_append(out, "\r\n");
        else
            g_string_append_c(out, *c);
    }
    return g_string_free(out, FALSE);
}
