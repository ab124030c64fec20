// SPDX-License-Identifier: GPL-3.0-or-later
// Values with rules of their own: names, keys, time zones, locales, passwords.
#include "answerfile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool line_in_file(const char *path, const char *text, bool first_column)
{
    char line[512];
    bool found = false;
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file) {
        fprintf(stderr, "no table %s\n", path ? path : "");
        exit(2);
    }
    while (!found && fgets(line, sizeof line, file)) {
        line[strcspn(line, first_column ? "\t\r\n" : "\r\n")] = '\0';
        found = first_column ? strcasecmp(line, text) == 0 : strcmp(line, text) == 0;
    }
    fclose(file);
    return found;
}

bool known_time_zone(const char *name)
{
    return line_in_file(facts.time_zones, name, false);
}

bool known_locale(const char *tag)
{
    return line_in_file(facts.locales, tag, true);
}

// The field (from 1) behind a tag in the table of locales.
static const char *locale_field(const char *tag, int field)
{
    FILE *const file = fopen(facts.locales, "r");
    char line[512];
    char *found = NULL;
    while (file && !found && fgets(line, sizeof line, file)) {
        char *rest = line;
        line[strcspn(line, "\r\n")] = '\0';
        if (strcasecmp(strsep(&rest, "\t"), tag) != 0)
            continue;
        for (int i = 1; i < field && rest; i++)
            strsep(&rest, "\t");
        char *const value = rest ? strsep(&rest, "\t") : NULL;
        found = value && *value ? strdup(value) : NULL;
        break;
    }
    if (file)
        fclose(file);
    return found;
}

const char *locale_id(const char *tag)
{
    return locale_field(tag, 1);
}

const char *default_layout(const char *tag)
{
    const char *const input = locale_field(tag, 2);
    const char *const colon = input ? strchr(input, ':') : NULL;
    return colon ? colon + 1 : "";
}

// "0409:00000409" or a locale's tag; several with semicolons between. The catalogue has checked the form.
bool known_input_locale(const char *text)
{
    char *rest = strdup(text);
    for (char *one; (one = strsep(&rest, ";"));) {
        one += strspn(one, " ");
        if (*one != '\0' && !strchr(one, ':') && !known_locale(one))
            return false;
    }
    return *text != '\0';
}

const char *wrong_computer_name(const char *name)
{
    const size_t length = strlen(name);
    bool digits_only = true;
    if (strcmp(name, "*") == 0)
        return NULL;
    if (length == 0 || length > 15)
        return "not 1 to 15 characters long";
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '-')
            return "a character that is neither letter nor digit nor hyphen";
        digits_only = digits_only && isdigit((unsigned char)*c);
    }
    if (name[0] == '-' || name[length - 1] == '-')
        return "a hyphen at its begin or end";
    return digits_only ? "nothing but digits" : NULL;
}

const char *wrong_user_name(const char *name)
{
    static const char *const reserved[] = {
        "Administrator", "Guest",   "System",   "LocalService", "NetworkService", "Network Service",
        "Local Service", "None",    "Everyone", "Users",        "Administrators", "Guests",
        "CON",           "PRN",     "AUX",      "NUL",          "COM1",           "COM2",
        "LPT1",          "Default", "Public",   "All Users",    "Default User",   "HomeGroupUser$",
        "SYSTEM",
    };
    const size_t length = strlen(name);
    if (length == 0 || length > 20)
        return "not 1 to 20 characters long";
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ' || strchr("\"/\\[]:;|=,+*?<>@", *c))
            return "a character that user names cannot have";
    if (strspn(name, " .") == length || name[length - 1] == '.' || name[length - 1] == ' ' || name[0] == ' ')
        return "a dot or a blank where none may be";
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcasecmp(name, reserved[i]) == 0)
            return "a name that Windows keeps for itself";
    if (facts.computer_name && strcasecmp(name, facts.computer_name) == 0)
        return "the computer's own name";
    return NULL;
}

const char *wrong_product_key(const char *key)
{
    static const char letters[] = "BCDFGHJKMPQRTVWXY2346789";
    if (strlen(key) != 29)
        return "not five groups of five";
    for (int i = 0; i < 29; i++)
        if (i % 6 == 5 ? key[i] != '-' : !strchr(letters, key[i]))
            return "a character that keys do not have";
    return NULL;
}

// The stand-in's own keys: the first letter tells the edition. No key of Microsoft's is known here.
const char *edition_of_key(const char *key)
{
    switch (key[0]) {
    case 'B':
        return "HOMEBASIC";
    case 'H':
        return "HOMEPREMIUM";
    case 'P':
        return "PROFESSIONAL";
    case 'T':
        return "ULTIMATE";
    default:
        return NULL;
    }
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

// Base64 of UTF-16LE to UTF-8 of the first plane; NULL if it is neither.
static char *decode_hidden(const char *text)
{
    const size_t length = strlen(text);
    unsigned char *bytes = malloc(length + 4);
    char *utf8 = malloc(length * 2 + 4);
    size_t count = 0, out = 0;
    unsigned int bits = 0;
    int held = 0;
    if (length % 4 != 0)
        return NULL;
    for (size_t i = 0; i < length && text[i] != '='; i++) {
        const int value = base64_value(text[i]);
        if (value < 0)
            return NULL;
        bits = bits << 6 | (unsigned int)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[count++] = (unsigned char)(bits >> held);
        }
    }
    if (count % 2 != 0)
        return NULL;
    for (size_t i = 0; i < count; i += 2) {
        const unsigned int unit = bytes[i] | (unsigned int)bytes[i + 1] << 8;
        if (unit < 0x80) {
            utf8[out++] = (char)unit;
        } else if (unit < 0x800) {
            utf8[out++] = (char)(0xC0 | unit >> 6);
            utf8[out++] = (char)(0x80 | (unit & 0x3F));
        } else {
            utf8[out++] = (char)(0xE0 | unit >> 12);
            utf8[out++] = (char)(0x80 | (unit >> 6 & 0x3F));
            utf8[out++] = (char)(0x80 | (unit & 0x3F));
        }
    }
    utf8[out] = '\0';
    return utf8;
}

const char *password_of(xmlNode *password)
{
    const char *const value = text_at(password, "Value");
    const char *const plain = text_at(password, "PlainText");
    const char *const suffix = (const char *)password->name;
    if (!value)
        return NULL;
    if (!plain || strcmp(plain, "false") != 0)
        return value;
    char *text = decode_hidden(value);
    const size_t length = text ? strlen(text) : 0;
    if (!text || length < strlen(suffix) || strcmp(text + length - strlen(suffix), suffix) != 0)
        return NULL;
    text[length - strlen(suffix)] = '\0';
    return text;
}
