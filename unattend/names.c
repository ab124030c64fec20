// SPDX-License-Identifier: GPL-3.0-or-later
// Names of computers and users: rules as tables, and a computer name for those who give none.
#include "unattend/names.h"

#include <string.h>

#define COMPUTER_NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

// KB 909264 "Naming conventions … for computers, domains, sites, and OUs": reserved words, without those that
// a computer name cannot spell anyway. [D]
static const char *const reserved_computer_names[] = {
    "ANONYMOUS", "BATCH",      "BUILTIN", "DIALUP", "INTERACTIVE", "INTERNET", "LOCAL", "NETWORK", "NULL",
    "PROXY",     "RESTRICTED", "SELF",    "SERVER", "SERVICE",     "SYSTEM",   "USERS", "WORLD",   NULL,
};

static const struct {
    const char *name;
    const char *why;
} reserved_user_names[] = {
    // Accounts and well-known identities that exist already. A LocalAccount "Administrator" would change the
    // built-in
    // account, which stays disabled [D].
    { "Administrator", "a built-in account" },
    { "Guest", "a built-in account" },
    { "HomeGroupUser$", "a built-in account" },
    { "None", "a built-in group" }, // the catalogue: "not NONE" [D]
    { "SYSTEM", "a well-known identity" },
    { "LOCAL SYSTEM", "a well-known identity" },
    { "LOCAL SERVICE", "a well-known identity" },
    { "NETWORK SERVICE", "a well-known identity" },
    { "ANONYMOUS", "a well-known identity" },
    { "ANONYMOUS LOGON", "a well-known identity" },
    { "AUTHENTICATED USERS", "a well-known identity" },
    { "BATCH", "a well-known identity" },
    { "BUILTIN", "a well-known identity" },
    { "CREATOR GROUP", "a well-known identity" },
    { "CREATOR OWNER", "a well-known identity" },
    { "DIALUP", "a well-known identity" },
    { "EVERYONE", "a well-known identity" },
    { "INTERACTIVE", "a well-known identity" },
    { "INTERNET", "a well-known identity" },
    { "LOCAL", "a well-known identity" },
    { "NETWORK", "a well-known identity" },
    { "NT AUTHORITY", "a well-known identity" },
    { "NULL", "a well-known identity" },
    { "PROXY", "a well-known identity" },
    { "RESTRICTED", "a well-known identity" },
    { "SELF", "a well-known identity" },
    { "SERVER", "a well-known identity" },
    { "SERVICE", "a well-known identity" },
    { "WORLD", "a well-known identity" },
    // Users and local groups share one list of names.
    { "Administrators", "a built-in group" },
    { "Backup Operators", "a built-in group" },
    { "Cryptographic Operators", "a built-in group" },
    { "Distributed COM Users", "a built-in group" },
    { "Event Log Readers", "a built-in group" },
    { "Guests", "a built-in group" },
    { "HomeUsers", "a built-in group" },
    { "IIS_IUSRS", "a built-in group" },
    { "Network Configuration Operators", "a built-in group" },
    { "Performance Log Users", "a built-in group" },
    { "Performance Monitor Users", "a built-in group" },
    { "Power Users", "a built-in group" },
    { "Remote Desktop Users", "a built-in group" },
    { "Replicator", "a built-in group" },
    { "Users", "a built-in group" },
    // Folders of C:\Users: the profile would land beside, under another name [B].
    { "All Users", "a folder of C:\\Users" },
    { "Default", "a folder of C:\\Users" },
    { "Default User", "a folder of C:\\Users" },
    { "Public", "a folder of C:\\Users" },
};

gboolean names_collide(const char *a, const char *b)
{
    g_autofree char *folded_a = g_utf8_casefold(a, -1);
    g_autofree char *folded_b = g_utf8_casefold(b, -1);
    return strcmp(folded_a, folded_b) == 0;
}

static gboolean list_has_name(const char *const *list, const char *name)
{
    for (gsize i = 0; list != NULL && list[i] != NULL; i++) {
        if (names_collide(list[i], name))
            return TRUE;
    }
    return FALSE;
}

// MS-DOS device names, also with an extension: no profile folder can have them [D: Naming Files, Paths].
static gboolean is_device_name(const char *name)
{
    static const char *const devices[] = { "CON", "PRN", "AUX", "NUL", NULL };
    g_autofree char *stem = g_strndup(name, strcspn(name, "."));
    g_strchomp(stem);
    if (list_has_name(devices, stem))
        return TRUE;
    return strlen(stem) == 4 && stem[3] >= '1' && stem[3] <= '9' &&
           (g_ascii_strncasecmp(stem, "COM", 3) == 0 || g_ascii_strncasecmp(stem, "LPT", 3) == 0);
}

void computer_name_check(const char *name, const char *pointer, Faults *faults)
{
    gsize length = strlen(name);
    if (strspn(name, COMPUTER_NAME_CHARACTERS) != length)
        faults_add(faults, pointer, "bad-characters", NULL,
                   "A computer name has only letters a-z, digits and '-'.");
    if (name[0] == '-' || name[length - 1] == '-')
        faults_add(faults, pointer, "bad-format", NULL, "A computer name neither begins nor ends with '-'.");
    if (strspn(name, "0123456789") == length)
        faults_add(faults, pointer, "bad-format", NULL, "A computer name has at least one letter or '-'.");
    if (list_has_name(reserved_computer_names, name))
        faults_add(faults, pointer, "reserved-name", NULL, "Windows keeps this computer name for itself.");
}

void user_name_check(const char *name, const char *pointer, Faults *faults)
{
    gsize length = strlen(name);
    if (name[length - 1] == '.')
        faults_add(faults, pointer, "bad-format", NULL, "A user name does not end with '.'.");
    if (g_unichar_isspace(g_utf8_get_char(name)) ||
        g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(name + length))))
        faults_add(faults, pointer, "bad-format", NULL, "A user name neither begins nor ends with a space.");
    if (is_device_name(name))
        faults_add(faults, pointer, "reserved-name", NULL,
                   "This is a device name: Windows could not make a profile folder of it.");
    for (gsize i = 0; i < G_N_ELEMENTS(reserved_user_names); i++) {
        if (names_collide(name, reserved_user_names[i].name))
            faults_add(faults, pointer, "reserved-name", NULL, "This is the name of %s of Windows.",
                       reserved_user_names[i].why);
    }
}

static void strip_hyphens(GString *name)
{
    while (name->len > 0 && name->str[0] == '-')
        g_string_erase(name, 0, 1);
    while (name->len > 0 && name->str[name->len - 1] == '-')
        g_string_truncate(name, name->len - 1);
}

// The first and the last 7 characters with '-' between them.
static void shorten(GString *name)
{
    const gsize part = (COMPUTER_NAME_MAX - 1) / 2;
    if (name->len <= COMPUTER_NAME_MAX)
        return;
    g_autoptr(GString) tail = g_string_new(name->str + name->len - part);
    g_string_truncate(name, part);
    strip_hyphens(name);
    strip_hyphens(tail);
    g_string_append_printf(name, "-%s", tail->str);
}

static gboolean computer_name_serves(const char *name, const char *const *taken)
{
    g_autoptr(Faults) faults = faults_new();
    if (name[0] == '\0' || list_has_name(taken, name))
        return FALSE;
    computer_name_check(name, "", faults);
    return faults_count(faults) == 0;
}

char *computer_name_from(const char *machine_name, const char *const *taken)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (const char *c = machine_name; *c != '\0'; c++)
        g_string_append_c(name, g_ascii_isalnum(*c) ? g_ascii_toupper(*c) : '-');
    strip_hyphens(name);
    shorten(name);
    if (name->len == 0)
        g_string_assign(name, "SEVEND");
    const gsize room = COMPUTER_NAME_MAX - strlen("-PC");
    g_autofree char *stem = g_strndup(name->str, room);
    for (guint attempt = 0; !computer_name_serves(name->str, taken) && attempt < 10; attempt++)
        g_string_printf(name, attempt == 0 ? "%s-PC" : "%s-P%u", stem, attempt);
    return g_string_free(g_steal_pointer(&name), FALSE);
}
