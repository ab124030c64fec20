// SPDX-License-Identifier: GPL-3.0-or-later
// The rules that every text of a request obeys.
#include "unattend/text_rules.h"

#include <string.h>

// Far above any rule's limit: keeps a member of a megabyte from being walked again and again.
#define MAX_TEXT_BYTES 16384

gsize text_utf16_units(const char *text)
{
    gsize units = 0;
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
        units += g_utf8_get_char(c) > 0xFFFF ? 2 : 1;
    return units;
}

// XML 1.0, production 2 (Char); surrogates cannot come out of the JSON parser.
static gboolean xml_can_carry(gunichar character)
{
    return character != 0xFFFE && character != 0xFFFF;
}

static gboolean check_characters(const char *text, const char *pointer, const TextRule *rule, Faults *faults)
{
    guint before = faults_count(faults);
    gboolean control = FALSE;
    gboolean unfit = FALSE;
    gboolean blank = TRUE;
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        control = control || g_unichar_iscntrl(character);
        unfit = unfit || !xml_can_carry(character);
        blank = blank && g_unichar_isspace(character);
    }
    if (control)
        faults_add(faults, pointer, "bad-characters", NULL,
                   "This must not have control characters or line ends.");
    if (unfit)
        faults_add(faults, pointer, "bad-characters", NULL, "This has a character that XML cannot carry.");
    if (blank && !control)
        faults_add(faults, pointer, "empty", NULL, "This must not be only spaces.");
    if (rule->forbidden != NULL && strpbrk(text, rule->forbidden) != NULL)
        faults_add(faults, pointer, "bad-characters", NULL, "This must not have any of %s", rule->forbidden);
    return faults_count(faults) == before;
}

static const char *check_text(const char *text, const char *pointer, const TextRule *rule, Faults *faults)
{
    if (text[0] == '\0') {
        if (rule->presence != TEXT_OPTIONAL)
            faults_add(faults, pointer, "empty", NULL, "This must not be empty.");
        return NULL;
    }
    gboolean ok = check_characters(text, pointer, rule, faults);
    if (text_utf16_units(text) > rule->max_units) {
        faults_add(faults, pointer, "too-long", NULL, "This may have at most %" G_GSIZE_FORMAT " characters.",
                   rule->max_units);
        ok = FALSE;
    }
    return ok ? text : NULL;
}

const char *text_member(json_object *object, const char *pointer, const char *name, const TextRule *rule,
                        Faults *faults)
{
    g_autofree char *place = json_pointer_append(pointer, name);
    json_object *member = NULL;
    json_object_object_get_ex(object, name, &member);
    if (member == NULL) {
        if (rule->presence == TEXT_REQUIRED)
            faults_add(faults, place, "required", NULL, "This is required.");
        return NULL;
    }
    const char *text;
    if (!json_get_string(object, pointer, name, MAX_TEXT_BYTES, &text, faults))
        return NULL;
    return check_text(text, place, rule, faults);
}

const char *choice_member(json_object *object, const char *pointer, const char *name,
                          const char *const *allowed, Faults *faults)
{
    const char *text;
    if (!json_get_string(object, pointer, name, MAX_TEXT_BYTES, &text, faults))
        return NULL;
    if (g_strv_contains(allowed, text))
        return text;
    g_autofree char *place = json_pointer_append(pointer, name);
    g_autofree char *list = g_strjoinv(", ", (char **)allowed);
    const char *near = closest_name(text, allowed);
    if (near != NULL)
        faults_add(faults, place, "bad-value", allowed, "This must be one of %s; did you mean \"%s\"?", list,
                   near);
    else
        faults_add(faults, place, "bad-value", allowed, "This must be one of %s.", list);
    return NULL;
}
