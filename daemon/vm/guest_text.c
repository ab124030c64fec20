// SPDX-License-Identifier: GPL-3.0-or-later
// See guest_text.h.
#include "daemon/vm/guest_text.h"

char *guest_text_show(const void *bytes, gsize length, gsize limit)
{
    g_autofree char *valid = g_utf8_make_valid(length > 0 ? bytes : "", (gssize)length);
    GString *text = g_string_sized_new(MIN(length, limit));

    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        GUnicodeType type = g_unichar_type(character);
        if (character == '\t')
            character = ' ';
        else if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
                 type == G_UNICODE_PARAGRAPH_SEPARATOR)
            character = 0xfffd;
        char encoded[6];
        gsize size = (gsize)g_unichar_to_utf8(character, encoded);
        if (text->len + size > limit)
            break;
        g_string_append_len(text, encoded, (gssize)size);
    }
    return g_string_free(text, FALSE);
}

gboolean guest_text_equals(const void *left, const void *right, gsize length)
{
    const volatile guint8 *one = left, *other = right;
    guint8 difference = 0;

    for (gsize i = 0; i < length; i++)
        difference |= (guint8)(one[i] ^ other[i]);
    return difference == 0;
}
