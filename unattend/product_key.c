// SPDX-License-Identifier: GPL-3.0-or-later
// Product keys: 29 characters, "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX" [D].
#include "unattend/product_key.h"

#include <string.h>

#include "unattend/secrets.h"
#include "unattend/text_rules.h"

#define GROUPS       5
#define GROUP_LENGTH 5
#define KEY_LENGTH   (GROUPS * GROUP_LENGTH + GROUPS - 1)

// Keys of Windows 7 are numbers to base 24; these are its digits (N came with Windows 8). Setup refuses
// others at once. [P: every decoder of DigitalProductId]
#define KEY_DIGITS "BCDFGHJKMPQRTVWXY2346789"

static gboolean has_form(const char *key)
{
    if (strlen(key) != KEY_LENGTH)
        return FALSE;
    for (gsize i = 0; i < KEY_LENGTH; i++) {
        gboolean separator = i % (GROUP_LENGTH + 1) == GROUP_LENGTH;
        if (separator ? key[i] != '-' : !g_ascii_isalnum(key[i]))
            return FALSE;
    }
    return TRUE;
}

gboolean product_key_is_valid(const char *key)
{
    g_autofree char *upper = g_ascii_strup(key, -1);
    const gboolean valid = has_form(upper) && strspn(upper, KEY_DIGITS "-") == KEY_LENGTH;
    explicit_bzero(upper, strlen(upper));
    return valid;
}

char *product_key_parse(json_object *request, const char *member, Faults *faults)
{
    static const TextRule rule = { TEXT_IF_PRESENT, 64, NULL };
    const char *given = text_member(request, "", member, &rule, faults);
    if (given == NULL)
        return NULL;
    g_autofree char *pointer = json_pointer_append("", member);
    char *key = g_ascii_strup(given, -1);
    if (!has_form(key))
        faults_add(faults, pointer, "bad-format", NULL,
                   "A product key is five groups of five letters or digits with '-' between them.");
    else if (strspn(key, KEY_DIGITS "-") != KEY_LENGTH)
        faults_add(faults, pointer, "bad-characters", NULL,
                   "A product key of Windows 7 has only the letters and digits " KEY_DIGITS ".");
    else
        return key;
    secret_free(key);
    return NULL;
}
