// SPDX-License-Identifier: GPL-3.0-or-later
// Identifiers from the clock and the kernel's random source.
#include "common/ids.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define JOB_ID_LENGTH 26

// Crockford's base32, lower case: no i, l, o, u.
static const char crockford[] = "0123456789abcdefghjkmnpqrstvwxyz";

// There is nothing sensible to do without random numbers, so a kernel that has none ends the program.
static void fill_random(guint8 *bytes, gsize length)
{
    gsize filled = 0;
    while (filled < length) {
        gssize got = getrandom(bytes + filled, length - filled, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            g_error("getrandom: %s", g_strerror(errno));
        filled += (gsize)got;
    }
}

gboolean name_is_valid(const char *name)
{
    if (name == NULL)
        return FALSE;
    gsize length = strlen(name);
    if (length < 1 || length > 63 || name[0] == '-')
        return FALSE;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

char *job_id_new(void)
{
    guint8 bytes[16];
    guint64 milliseconds = (guint64)g_get_real_time() / 1000;
    for (guint i = 0; i < 6; i++)
        bytes[i] = (guint8)(milliseconds >> (40 - 8 * i));
    fill_random(bytes + 6, sizeof bytes - 6);

    // 128 bits as 26 digits of 5 bits: the first digit carries only the top 3 bits.
    char *id = g_malloc(JOB_ID_LENGTH + 1);
    for (int digit = 0; digit < JOB_ID_LENGTH; digit++) {
        guint value = 0;
        for (int bit = 0; bit < 5; bit++) {
            int position = digit * 5 + bit - 2;
            guint set = position < 0 ? 0 : (bytes[position / 8] >> (7 - position % 8)) & 1U;
            value = value << 1 | set;
        }
        id[digit] = crockford[value];
    }
    id[JOB_ID_LENGTH] = '\0';
    return id;
}

gboolean job_id_is_valid(const char *id)
{
    return id != NULL && strlen(id) == JOB_ID_LENGTH && strspn(id, crockford) == JOB_ID_LENGTH &&
           id[0] <= '7';
}

char *nonce_new(void)
{
    guint8 bytes[16];
    fill_random(bytes, sizeof bytes);
    GString *text = g_string_sized_new(2 * sizeof bytes);
    for (gsize i = 0; i < sizeof bytes; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

static char *time_text(GDateTime *time)
{
    g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", seconds, g_date_time_get_microsecond(time) / 1000);
}

char *time_now_text(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    return time_text(now);
}

char *time_later_text(gint64 seconds)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GDateTime) later = g_date_time_add_seconds(now, (gdouble)seconds);
    return time_text(later);
}
