// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/digest.h"

#include <string.h>

#define SHA256_BYTES 32
#define MEMBER       "sha-256=:"

char *digest_field(const char *sha256)
{
    guchar bytes[SHA256_BYTES];
    if (strlen(sha256) != sizeof bytes * 2)
        return NULL;
    for (gsize i = 0; i < sizeof bytes; i++) {
        const int high = g_ascii_xdigit_value(sha256[2 * i]), low = g_ascii_xdigit_value(sha256[2 * i + 1]);
        if (high < 0 || low < 0)
            return NULL;
        bytes[i] = (guchar)(high << 4 | low);
    }
    g_autofree char *base64 = g_base64_encode(bytes, sizeof bytes);
    return g_strdup_printf(MEMBER "%s:", base64);
}

static char *hex_of(const char *base64)
{
    gsize count = 0;
    g_autofree guchar *bytes = g_base64_decode(base64, &count);
    if (count != SHA256_BYTES)
        return NULL;
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < count; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

char *digest_sha256(const char *field)
{
    g_auto(GStrv) members = g_strsplit(field, ",", -1);
    for (gsize i = 0; members[i]; i++) {
        char *member = g_strstrip(members[i]);
        const gsize length = strlen(member);
        if (!g_str_has_prefix(member, MEMBER) || length < sizeof MEMBER || member[length - 1] != ':')
            continue;
        member[length - 1] = '\0';
        return hex_of(member + strlen(MEMBER));
    }
    return NULL;
}
